/** Files of examples/, as code on a page. The suite of the package builds and drives them. */
import { readFileSync } from 'node:fs';

/** By the name of their block in docs/guides/frameworks.md. */
export const EXAMPLES = {
  react: () => fileOf('react/src/app.tsx', 'tsx'),
  vue: () => fileOf('vue/src/app.vue', 'vue'),
  'vue-config': () => fileOf('vue/vite.config.js', 'js'),
  svelte: () => fileOf('svelte/src/app.svelte', 'svelte'),
  angular: () => fileOf('angular/src/app.ts', 'ts'),
  solid: () => fileOf('solid/src/app.tsx', 'tsx'),
} as const;

/** The language is followed by the file, which tells such code from snippets of the page's own. */
function fileOf(path: string, language: string): string {
  const code = readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');
  return `\`\`\`${language} examples/${path}\n${code}\`\`\`\n`;
}
