import { mount } from 'svelte';
import '../styles/base.css';
import './api.ts';
import QuickAsk from './QuickAsk.svelte';
import { createQuickAskStores } from './stores.ts';

const target = document.getElementById('window');
if (target === null) throw new Error('quick-ask.html has no #window');

mount(QuickAsk, { target, props: { stores: createQuickAskStores(window.quickAssistant) } });
