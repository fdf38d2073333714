/** The site that VitePress builds from docs/. The same pages read well on GitHub, so links are relative. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { leadOutside } from './leaving-links.ts';
import { liveFences } from './live-fences.ts';
import { writeForModels } from './llms.ts';
import { sidebar } from './navigation.ts';
import { slugOf } from './slug.ts';

const DOCS = fileURLToPath(new URL('../', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../dist/docs', import.meta.url));

const BASE = process.env['DOCS_BASE'] ?? '/docs/';

export default defineConfig({
  title: 's3-upload',
  description:
    'A web component that uploads files straight to an S3 bucket, and the signer that allows it.',
  lang: 'en',
  base: BASE,
  outDir: OUTPUT,
  cacheDir: fileURLToPath(new URL('../../dist/.vitepress', import.meta.url)),
  cleanUrls: true,
  // GitHub shows README.md for a folder.
  rewrites: { 'from/README.md': 'from/index.md', 'themes/README.md': 'themes/index.md' },
  head: [
    ['meta', { name: 'color-scheme', content: 'light dark' }],
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${BASE}icon.svg` }],
  ],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/start/cloudflare' },
      { text: 'Reference', link: '/reference/element' },
      { text: 'Gallery', link: '/gallery' },
    ],
    sidebar: sidebar(DOCS),
    outline: [2, 3],
  },
  markdown: {
    // Readable on both grounds: the default light theme's comments are too pale for WCAG AA.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // Braces in headings are paths, such as those of the HTTP API.
    attrs: { disable: true },
    anchor: { slugify: slugOf },
    languageAlias: { caddy: 'nginx' },
    config: (markdown) => {
      markdown.use(leadOutside, DOCS).use(liveFences);
    },
  },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('s3-upload') } } },
  buildEnd: () => writeForModels(DOCS, OUTPUT),
});
