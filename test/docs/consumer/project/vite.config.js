import react from '@vitejs/plugin-react';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    react(),
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 's3-upload' } } }),
  ],
  build: {
    outDir: 'out/vite',
    rolldownOptions: { input: ['plain.html', 'react.html', 'vue.html'] },
  },
});
