import type { SharedStores } from './shared-stores.ts';

/** Copies text through the main process and says so. */
export async function copyText(
  { announcer, api, notices }: Pick<SharedStores, 'announcer' | 'api' | 'notices'>,
  text: string,
): Promise<boolean> {
  const answer = await api.app.copyText({ text });
  if (answer.ok) announcer.say('Copied.');
  else notices.fail(new Error(answer.error.message));
  return answer.ok;
}
