import { mount } from 'svelte';
import type { RecoveryApi } from '../../preload/contract/recovery.ts';
import '../styles/base.css';
import Recovery from './Recovery.svelte';

declare global {
  interface Window {
    /** Put there by the preload script of the recovery window. */
    readonly recovery: RecoveryApi;
  }
}

const target = document.getElementById('window');
if (target === null) throw new Error('recovery.html has no #window');

mount(Recovery, { target, props: { api: window.recovery } });
