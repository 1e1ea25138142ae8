/** The contract's `defaultHubUrl`: contract modules are types here. */
export const defaultHubUrl = 'https://huggingface.co';

/** What main accepts as an address to fetch from: http or https, with a host. */
export function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '';
}

/** "huggingface.co", for saying where something comes from. */
export function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address;
}
