import { mount } from 'svelte';
import '../styles/base.css';
import { createStores } from '../stores/stores.ts';
import MainWindow from './MainWindow.svelte';

const target = document.getElementById('window');
if (target === null) throw new Error('index.html has no #window');

mount(MainWindow, { target, props: { stores: createStores(window.assistant) } });
