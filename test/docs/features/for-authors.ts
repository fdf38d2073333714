/** Features that matter to the author of a page: rows 42 to 78. */
import type { Feature } from './feature.ts';

export const FOR_AUTHORS: readonly Feature[] = [
  {
    feature: 'The value is submitted with the form',
    answer: 'yes',
    tests: [
      ['widget/element/form.test.ts', 'submits one entry per finished upload'],
      ['docs/readme.test.ts', 'the form of the README submits the id'],
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
    answer: 'partly',
    note: 'Styles use logical properties, but no test looks at the mirrored layout.',
  },
  {
    feature: 'Dark mode',
    answer: 'partly',
    note: 'Colours follow `light-dark()`, but a dark page without `color-scheme` gets the light ones.',
  },
  {
    feature: 'Forced colours',
    answer: 'partly',
    note: 'Bars, borders and badges are kept visible, but no test looks at them.',
  },
  {
    feature: 'Reduced motion',
    answer: 'partly',
    note: 'Transitions and animations end with it, but no test looks.',
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
      ['docs/readme.test.ts', 'the style sheet reaches the element'],
      ['docs/manifest.test.ts', 'lists every ${what} that the README lists'],
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
    answer: 'partly',
    note: 'Elements can share one `uploader`, but each draws everything.',
  },
  {
    feature: 'An engine without a user interface',
    answer: 'yes',
    note: '`s3-upload-element/core`',
    tests: [['docs/readme.test.ts', 'the engine of the README uploads without the element']],
  },
  {
    feature: 'Types or wrappers for React and Vue',
    answer: 'partly',
    note: 'React and Preact have types for JSX. Others use the tag without types.',
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
    answer: 'no',
    note: 'The element is drawn in the browser.',
  },
  {
    feature: '`custom-elements.json`',
    answer: 'yes',
    tests: [['docs/manifest.test.ts', 'lists every ${what} that the README lists']],
  },
  {
    feature: 'HTML data for VS Code, `web-types.json`',
    answer: 'no',
    note: 'Editors that read `custom-elements.json` know the element.',
  },
  {
    feature: 'Documentation for coding agents (`llms.txt`)',
    answer: 'no',
    note: 'There are README.md and docs/.',
  },
  {
    feature: 'A site of documentation with live examples',
    answer: 'partly',
    note: 'The Worker serves one page with a live element.',
  },
  {
    feature: 'One file from a CDN',
    answer: 'yes',
    note: '`s3-upload.all.js`',
    tests: [['e2e/loading.test.ts', 'a script in one file does it all alone']],
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
    tests: [['widget/element/lifecycle.test.ts', 'may be defined twice']],
  },
  {
    feature: 'Small (minified and gzipped)',
    answer: 'yes',
    note: '26 kB until it is drawn; the rest is loaded when the page is idle. `npm run size` fails above its limits',
    tests: [['e2e/loading.test.ts', 'the element is drawn from one file']],
  },
];
