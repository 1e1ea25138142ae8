import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ModelStatus } from '../../preload/contract/models.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { temporaryFolder } from '../support/database.ts';
import { loadedModel } from '../support/scripted-engine.ts';
import { finished, lastMessage, openServices } from '../support/services.ts';

const unreadable = (): AppError => new AppError('model-unreadable', 'This file ends early.', { sizeBytes: 1 });

/** Loads any file but those whose name says that they are bad. */
function load(modelPath: string) {
  return modelPath.includes('bad') ? Promise.reject(unreadable()) : Promise.resolve(loadedModel(modelPath));
}

describe('the model', () => {
  it('loads when it is first needed, once, and tells how far it is', async () => {
    const path = join(temporaryFolder(), 'guide.gguf');
    writeFileSync(path, 'bytes');
    const services = await openServices({
      guidePath: path,
      script: {
        load: async (modelPath, onProgress) => {
          onProgress(0.5);
          return loadedModel(modelPath);
        },
      },
    });
    expect(services.models.status()).toMatchObject({ state: 'unloaded', isGuide: true, name: 'OASST Desktop guide' });
    expect(services.engines.engines).toHaveLength(0);
    const heard: ModelStatus[] = [];
    services.models.onChanged((status) => heard.push(status));
    const [first, second] = await Promise.all([services.models.ensureLoaded(), services.models.ensureLoaded()]);
    expect(first).toBe(second);
    expect(services.engines.engines).toHaveLength(1);
    expect(services.models.status()).toMatchObject({
      state: 'ready',
      name: `Model of ${path}`,
      quantization: 'Q4_0',
      contextTokens: 2048,
      loadFraction: null,
      error: null,
    });
    const fractions = heard.flatMap(({ loadFraction }) => (loadFraction === null ? [] : [loadFraction]));
    expect(fractions).toEqual([0, 0.5, 0.75]);
    expect(services.engines.engines[0]?.loads[0]).toMatchObject({
      modelPath: path,
      modelSha256: '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9',
      contextTokens: 2048,
      device: 'gpu',
      ignoreMemory: false,
      cache: { folder: join(services.dataFolder, 'cache'), stateLimitBytes: 4 * 1024 ** 3 },
    });
  });

  it('changes with its process, and is found again by the next run', async () => {
    const services = await openServices({ script: { load } });
    await services.models.ensureLoaded();
    expect(await services.models.use('/models/good.gguf')).toMatchObject({
      state: 'ready',
      isGuide: false,
      fileName: 'good.gguf',
    });
    expect(services.engines.engines.map((engine) => engine.isGone())).toEqual([true, false]);
    expect(services.settings.get().modelPath).toBe('/models/good.gguf');
    await services.dispose();
    const next = await openServices({ dataFolder: services.dataFolder, script: { load } });
    expect(next.models.status()).toMatchObject({ fileName: 'good.gguf', isGuide: false, name: 'good' });
    expect(await next.models.use(null)).toMatchObject({ isGuide: true });
    expect(next.settings.get().modelPath).toBeNull();
  });

  it('stays what it was when the new file cannot be used', async () => {
    const services = await openServices({ script: { load } });
    await services.models.use('/models/good.gguf');
    await expect(services.models.use('/models/bad.gguf')).rejects.toMatchObject({
      code: 'model-unreadable',
      message: 'This file ends early.',
      details: { sizeBytes: 1 },
    });
    expect(services.settings.get().modelPath).toBe('/models/good.gguf');
    await services.models.ensureLoaded();
    expect(services.models.status()).toMatchObject({ state: 'ready', fileName: 'good.gguf', error: null });
    expect(services.engines.engines.filter((engine) => !engine.isGone())).toHaveLength(1);

    const { id } = lastMessage(await services.generations.start({ conversationId: null, text: 'Hello' }));
    (await services.engines.nextGeneration()).finish();
    expect(await finished(services, id)).toMatchObject({ generation: { modelName: 'Model of /models/good.gguf' } });
  });

  it('of the command line is used for this run and not remembered', async () => {
    const services = await openServices({ modelOverride: '/models/good.gguf', script: { load } });
    await services.models.ensureLoaded();
    expect(services.models.status()).toMatchObject({ fileName: 'good.gguf', isGuide: false });
    expect(services.settings.get().modelPath).toBeNull();
  });

  it('that cannot be loaded fails the answer with its reason, and is tried again at the next question', async () => {
    const services = await openServices({ modelOverride: '/models/bad.gguf', script: { load } });
    const first = await services.generations.start({ conversationId: null, text: 'Hello' });
    const message = await finished(services, lastMessage(first).id);
    expect(message).toMatchObject({ status: 'failed', errorCode: 'model-unreadable', text: '' });
    expect(services.models.status()).toMatchObject({ state: 'failed', error: { code: 'model-unreadable' } });
    services.engines.script.load = (path) => Promise.resolve(loadedModel(path));
    await services.generations.retry({ messageId: message.id });
    (await services.engines.nextGeneration()).finish();
    while (services.generations.isBusy()) await wait(5);
    expect(services.engines.engines.map((engine) => engine.isGone())).toEqual([true, false]);
  });

  it('learns of another window when the answer under way has ended, one engine after the other', async () => {
    const services = await openServices({
      script: { load: (path) => Promise.resolve(loadedModel(path)) },
    });
    const { engines, generations, settings } = services;
    const running = lastMessage(await generations.start({ conversationId: null, text: 'First' }));
    const waiting = lastMessage(await generations.start({ conversationId: null, text: 'Second' }));
    const first = await engines.nextGeneration();
    await settings.change({ windowTokens: 1024 });
    expect(engines.engines).toHaveLength(1);
    first.finish();
    await finished(services, running.id);
    (await engines.nextGeneration()).finish();
    await finished(services, waiting.id);
    const windows = engines.engines.map(({ loads, isGone }) => [loads[0]?.contextTokens, isGone()]);
    expect(windows).toEqual([
      [2048, true],
      [1024, false],
    ]);
  });

  it('can be changed while it is still loading', async () => {
    const services = await openServices({
      script: { load: (path) => (path.includes('slow') ? new Promise(() => undefined) : load(path)) },
      modelOverride: '/models/slow.gguf',
    });
    const slow = services.models.ensureLoaded();
    slow.catch(() => undefined);
    while (services.engines.engines[0]?.loads.length !== 1) await wait(5);
    expect(await services.models.use('/models/good.gguf')).toMatchObject({ state: 'ready', fileName: 'good.gguf' });
    await expect(slow).rejects.toMatchObject({ code: 'engine-crashed' });
    expect(services.models.status()).toMatchObject({ state: 'ready', fileName: 'good.gguf' });
    const ready = await services.models.ensureLoaded();
    expect(ready.name).toBe('Model of /models/good.gguf');
    expect(services.engines.engines).toHaveLength(2);
  });
});
