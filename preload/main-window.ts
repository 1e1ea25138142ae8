import { contextBridge } from 'electron';
import { assistantApi } from './bridge.ts';

contextBridge.exposeInMainWorld('assistant', assistantApi);
