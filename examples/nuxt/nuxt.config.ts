export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  // Vue must not look for a component of this name.
  vue: { compilerOptions: { isCustomElement: (tag) => tag === 's3-upload' } },
  runtimeConfig: { public: { uploadEndpoint: 'https://uploads.example.com' } },
});
