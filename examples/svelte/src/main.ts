import { mount } from 'svelte';
import 's3-upload-element/svelte';
import App from './app.svelte';

const target = document.querySelector('#app');
if (target) mount(App, { target });
