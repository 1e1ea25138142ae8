import { launchApp, makeDataFolder, removeDataFolder } from './support/app.ts';
import { hostileAnswers } from './support/hostile/answers.ts';
import { openListener } from './support/hostile/listener.ts';
import { importAnswers, readAnswers } from './support/hostile/reader.ts';
const listener = await openListener();
for (const name of process.argv.slice(2)) {
  const dataFolder = makeDataFolder();
  const answers = hostileAnswers(listener.target.http).filter((a) => a.name === name);
  importAnswers(dataFolder, answers);
  const app = await launchApp({ dataFolder });
  const t = performance.now();
  console.log(name, await readAnswers(app, listener, answers), Math.round(performance.now() - t), app.pageErrors.slice(0, 3));
  await app.kill();
  removeDataFolder(dataFolder);
}
await listener.close();
