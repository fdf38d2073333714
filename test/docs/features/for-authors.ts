/** Features that matter to the author of a page: rows 42 to 78. */
import type { Feature } from './feature.ts';

export const FOR_AUTHORS: readonly Feature[] = [
  {
    feature: 'The value is submitted with the form',
    answer: 'yes',
    tests: [
      ['widget/element/form.test.ts', 'submits one entry per finished upload'],
      ['docs/pages.test.ts', 'the form of the docs submits the id'],
    ],
  },
  {
    feature: 'A form control by `ElementInternals`',
    answer: 'yes',
    tests: [['widget/element/form.test.ts', 'is found by its name and knows its form']],
  },
  {
    feature: '`required`, with the browser’s message',
    answer: 'yes',
    tests: [
      ['widget/element/form.test.ts', 'is valid while empty, unless something is required'],
      ['widget/element/form.test.ts', 'puts the focus on its button when the form cannot be sent'],
    ],
  },
  {
    feature: 'A form waits for uploads that run',
    answer: 'yes',
    tests: [['widget/element/form.test.ts', 'is invalid while an upload ${what}']],
  },
  {
    feature: '`form.reset()`',
    answer: 'yes',
    tests: [['widget/element/form.test.ts', 'takes every row away and cancels what runs']],
  },
  {
    feature: '`<fieldset disabled>`',
    answer: 'yes',
    tests: [['widget/element/intake.test.ts', 'stays shut while the control is disabled']],
  },
  {
    feature: 'Its state comes back with Back and Forward',
    answer: 'yes',
    tests: [['widget/element/form.test.ts', 'comes back as it was when the browser restores']],
  },
  {
    feature: 'Label, hint and error',
    answer: 'yes',
    tests: [
      [
        'widget/element/accessibility.test.ts',
        'the button is named by its sentence and described by',
      ],
    ],
  },
  {
    feature: 'Texts in other languages',
    answer: 'yes',
    note: 'Eleven languages; `messages` and `registerLocale` for others',
    tests: [['widget/element/i18n.test.ts', '${tag} says all that English says']],
  },
  {
    feature: 'Plural rules',
    answer: 'yes',
    tests: [['widget/element/i18n.test.ts', 'choose their plural form by the language']],
  },
  {
    feature: 'Sizes and times as the language writes them',
    answer: 'yes',
    tests: [['widget/element/i18n.test.ts', 'speak the language of the page']],
  },
  {
    feature: 'Right to left',
    answer: 'yes',
    tests: [['widget/element/modes.test.ts', 'every part is where its mirror image would be']],
  },
  {
    feature: 'Dark mode',
    answer: 'yes',
    note: 'Colours are mixed from those of the page, also on a dark page without `color-scheme`.',
    tests: [['widget/element/look.test.ts', 'every text has a contrast of 4.5 to 1']],
  },
  {
    feature: 'Forced colours',
    answer: 'yes',
    tests: [
      [
        'widget/element/modes.test.ts',
        'progress, the check mark and the edge of the zone can be seen',
      ],
    ],
  },
  {
    feature: 'Reduced motion',
    answer: 'yes',
    tests: [
      ['widget/element/modes.test.ts', 'nothing moves, and without the setting something does'],
    ],
  },
  {
    feature: 'Everything by keyboard',
    answer: 'yes',
    tests: [
      [
        'widget/element/accessibility.test.ts',
        'everything is reached in the order in which it is seen',
      ],
    ],
  },
  {
    feature: 'The focus stays near a row that was removed',
    answer: 'yes',
    tests: [['widget/element/accessibility.test.ts', 'removing a row takes the focus to the next']],
  },
  {
    feature: 'Announcements, gathered',
    answer: 'yes',
    tests: [['widget/element/accessibility.test.ts', 'say together what happened together']],
  },
  {
    feature: 'A progress bar with a name',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'names its progress bar after the file']],
  },
  {
    feature: 'CSS parts',
    answer: 'yes',
    tests: [['widget/element/face.test.ts', 'has the parts that are promised']],
  },
  {
    feature: 'CSS custom properties with a prefix',
    answer: 'yes',
    note: '`--s3-upload-…`',
    tests: [
      ['docs/pages.test.ts', 'the style sheet reaches the element'],
      ['docs/manifest.test.ts', 'lists every ${what} that the docs list'],
    ],
  },
  {
    feature: '`:state()`',
    answer: 'yes',
    tests: [['widget/element/form.test.ts', 'are not attributes: those are the author’s']],
  },
  {
    feature: 'Slots',
    answer: 'yes',
    tests: [['widget/element/face.test.ts', 'has the slots that are promised']],
  },
  {
    feature: 'Elements for its parts, to be put anywhere',
    answer: 'yes',
    note: '`<s3-upload-button>`, `<s3-upload-zone>`, `<s3-upload-list>`',
    tests: [
      ['widget/element/pieces.test.ts', 'share the uploads: what the button is given'],
      ['widget/element/pieces.test.ts', 'takes what is dropped onto it and what is pasted'],
      ['docs/manifest.test.ts', 'have an entry each, with their attributes'],
    ],
  },
  {
    feature: 'An engine without a user interface',
    answer: 'yes',
    note: '`s3-upload-element/core`',
    tests: [['docs/pages.test.ts', 'the engine of the docs uploads without the element']],
  },
  {
    feature: 'Types or wrappers for React and Vue',
    answer: 'yes',
    tests: [
      ['docs/consumer/consumer.test.ts', 'lets templates of four frameworks pass the compiler'],
      ['docs/manifest.test.ts', 'each framework has types with every event'],
    ],
  },
  {
    feature: '`addEventListener` knows the types of its events',
    answer: 'yes',
    tests: [['docs/manifest.test.ts', 'gives a property its type, and an event the class']],
  },
  {
    feature: 'Can be imported in Node',
    answer: 'yes',
    tests: [['docs/consumer/consumer.test.ts', 'can be imported on a server']],
  },
  {
    feature: 'Rendered on the server',
    answer: 'yes',
    tests: [
      ['docs/consumer/consumer.test.ts', 'is seen before any script has come'],
      ['docs/consumer/consumer.test.ts', 'in the page’s language, and at work'],
    ],
  },
  {
    feature: '`custom-elements.json`',
    answer: 'yes',
    tests: [['docs/manifest.test.ts', 'lists every ${what} that the docs list']],
  },
  {
    feature: 'HTML data for VS Code, `web-types.json`',
    answer: 'yes',
    tests: [
      ['docs/manifest.test.ts', 'web-types.json has all that the manifest has'],
      ['docs/manifest.test.ts', 'VS Code’s data has the tag'],
    ],
  },
  {
    feature: 'Documentation for coding agents (`llms.txt`)',
    answer: 'yes',
    note: '`llms.txt` and `llms-full.txt` of the site',
    tests: [['docs/site.test.ts', 'has llms.txt, whose links lead to Markdown']],
  },
  {
    feature: 'A site of documentation with live examples',
    answer: 'yes',
    note: '`npm run docs`',
    tests: [
      ['docs/site.test.ts', 'shows every live snippet of the gallery at work'],
      ['docs/site.test.ts', 'shows every state that is chosen'],
    ],
  },
  {
    feature: 'One file from a CDN',
    answer: 'yes',
    note: '`s3-upload.all.js`, and `s3-upload.classic.js` for pages without modules',
    tests: [
      ['e2e/loading.test.ts', 'a script in one file does it all alone'],
      ['e2e/loading.test.ts', 'a classic script finds the Worker that it came from'],
    ],
  },
  {
    feature: 'A strict content security policy',
    answer: 'yes',
    tests: [
      ['widget/element/csp.test.ts', 'is drawn with its styles, its bars and its pictures'],
      ['e2e/page.test.ts', 'hashes in workers under its own policy'],
    ],
  },
  {
    feature: 'Under another name, or in another registry',
    answer: 'yes',
    note: '`S3UploadElement.define(tag, registry)`',
    tests: [
      ['widget/element/lifecycle.test.ts', 'may be defined twice'],
      ['widget/element/pieces.test.ts', 'registers each of them under another name'],
    ],
  },
  {
    feature: 'Small (minified and gzipped)',
    answer: 'yes',
    note: '26 kB until it is drawn; the rest is loaded when the page is idle. `npm run size` fails above its limits',
    tests: [['e2e/loading.test.ts', 'the element is drawn from one file']],
  },
];
