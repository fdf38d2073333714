import { createApp } from 'vue';
import 's3-upload-element/vue';
import App from './app.vue';

createApp(App).mount('#app');
