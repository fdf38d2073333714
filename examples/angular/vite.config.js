import { defineConfig } from 'vite';

// Angular's compiler is part of the page, and large.
export default defineConfig({ build: { chunkSizeWarningLimit: 2000 } });
