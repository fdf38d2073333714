/**
 * What upload elements offer, 78 features, and whether this one does. One line of `test` is enough to
 * turn an answer: a row that is answered “yes” names the tests that show it, any other says why.
 */
import type { Citation } from '../promises/row.ts';

/** “n/a”: outside of what this project is for. */
export type Answer = 'yes' | 'partly' | 'no' | 'n/a';

export interface Feature {
  /** What it is, in a few words. */
  readonly feature: string;
  readonly answer: Answer;
  /** Needed for “yes”. */
  readonly tests?: readonly Citation[];
  /** How it is done, or what is missing; needed for every other answer. */
  readonly note?: string;
}

/** The rows, in the order of their numbers. */
export const FEATURES: readonly Feature[] = [
  {
    feature: 'A button that opens the picker',
    answer: 'yes',
    tests: [['widget/element/intake.test.ts', 'opens once for a click on the button']],
  },
  {
    feature: 'Drag and drop',
    answer: 'yes',
    tests: [['widget/element/drop.test.ts', 'takes files and folders, all the way down']],
  },
  {
    feature: 'A drop is held to `accept` and the limits',
    answer: 'yes',
    tests: [['widget/element/drop.test.ts', 'refuses types that do not fit']],
  },
  {
    feature: 'A dropped folder, complete',
    answer: 'yes',
    tests: [['widget/element/drop.test.ts', 'names what cannot be read, in the same batch']],
  },
  {
    feature: 'A picker of folders',
    answer: 'yes',
    note: '`directory`',
    tests: [['widget/element/intake.test.ts', 'keeps the path of a file that came with its folder']],
  },
  {
    feature: 'Paths in a folder are kept',
    answer: 'yes',
    note: '`path` in the snapshot and in the request that creates the upload',
    tests: [
      ['widget/core/page.test.ts', 'of a folder tell the Worker where they were'],
      ['widget/element/drop.test.ts', 'takes files and folders, all the way down'],
    ],
  },
  {
    feature: 'Files from the clipboard',
    answer: 'yes',
    tests: [['widget/element/intake.test.ts', 'takes the files of the clipboard']],
  },
  {
    feature: 'The camera of a phone',
    answer: 'yes',
    note: '`capture`',
    tests: [['widget/element/intake.test.ts', 'passes on what the author allows']],
  },
  {
    feature: 'Files from other sites (Drive, Dropbox)',
    answer: 'n/a',
    note: 'It needs a server that carries the bytes.',
  },
  {
    feature: 'Several files',
    answer: 'yes',
    note: '`multiple`',
    tests: [['widget/element/intake.test.ts', 'gives what was chosen to the engine']],
  },
  {
    feature: 'A row for each file',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'says how far it is, how fast']],
  },
  {
    feature: 'Thumbnails',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'shows a picture of a picture']],
  },
  {
    feature: 'A long list draws only what is near',
    answer: 'yes',
    tests: [['widget/element/many.test.ts', 'are a list that scrolls in itself']],
  },
  {
    feature: 'Files wait until the user starts them',
    answer: 'yes',
    note: '`no-auto`',
    tests: [['widget/element/rows.test.ts', 'offers to start what waits for it']],
  },
  {
    feature: 'Files are sent in parts',
    answer: 'yes',
    tests: [['e2e/large-file.test.ts', 'arrives byte for byte, in parallel parts']],
  },
  {
    feature: 'Straight to any S3 store',
    answer: 'yes',
    tests: [['e2e/odd-files.test.ts', 'arrives exactly']],
  },
  {
    feature: 'A cap on simultaneous requests',
    answer: 'yes',
    note: '`concurrency`',
    tests: [['widget/core/uploads.test.ts', 'is sent as several parts at once, and never more']],
  },
  {
    feature: 'Pause and resume, one file',
    answer: 'yes',
    tests: [['e2e/interrupted.test.ts', 'a paused upload frees its slots at once']],
  },
  {
    feature: 'Pause and resume, all files',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'pauses all, resumes all, retries all']],
  },
  {
    feature: 'Cancel while a file is sent',
    answer: 'yes',
    tests: [['e2e/interrupted.test.ts', 'a cancelled upload is aborted on the store']],
  },
  {
    feature: 'Retry, one file',
    answer: 'yes',
    tests: [['widget/core/faults.test.ts', 'that outlasts all patience fails, and Retry finishes']],
  },
  {
    feature: 'Retries by itself, with growing delays',
    answer: 'yes',
    tests: [['widget/core/faults/verdict.test.ts', 'double, and stay under 4 s']],
  },
  {
    feature: 'Knows when it is offline',
    answer: 'yes',
    tests: [['widget/core/faults/verdict.test.ts', 'waits for the line where there is none']],
  },
  {
    feature: 'Resumes after a reload',
    answer: 'yes',
    tests: [
      ['e2e/offers.test.ts', 'a dropped file goes on with one click'],
      ['e2e/interrupted.test.ts', 'after a reload, the same file picked again'],
    ],
  },
  {
    feature: 'Warns before the page is left',
    answer: 'yes',
    tests: [['widget/core/page.test.ts', 'is warned of while uploads run']],
  },
  {
    feature: 'Progress of each file',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'shows in full colour what the store has']],
  },
  {
    feature: 'Progress of all files',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'counts files and bytes']],
  },
  {
    feature: 'The speed is shown',
    answer: 'yes',
    tests: [['widget/element/rows.test.ts', 'says that it is sending, and how fast']],
  },
  {
    feature: 'The time left is shown, and does not jump',
    answer: 'yes',
    tests: [
      ['widget/core/upload/estimate.test.ts', 'does not rise because the line wobbles'],
      ['widget/core/upload/estimate.test.ts', 'is unknown until it has been measured'],
    ],
  },
  {
    feature: 'A line that stands still is said to',
    answer: 'yes',
    tests: [
      ['widget/core/times.test.ts', 'is said to, and no time left rises until then'],
      ['widget/element/accessibility.test.ts', 'say that the line stands still, once'],
    ],
  },
  {
    feature: 'Accepted types',
    answer: 'yes',
    note: '`accept`',
    tests: [['widget/core/page.test.ts', 'are allowed by extension and type together']],
  },
  {
    feature: 'Largest file',
    answer: 'yes',
    note: '`max-size`',
    tests: [['widget/core/page.test.ts', 'that break a rule come back with it']],
  },
  {
    feature: 'Smallest file',
    answer: 'yes',
    note: '`min-size`',
    tests: [['widget/core/page.test.ts', 'that break a rule come back with it']],
  },
  {
    feature: 'Most files',
    answer: 'yes',
    note: '`max-files`',
    tests: [['widget/element/form.test.ts', 'counts uploads of before against max-files']],
  },
  {
    feature: 'Fewest files',
    answer: 'yes',
    note: '`min-files`',
    tests: [['widget/element/form.test.ts', 'counts finished uploads against min-files']],
  },
  {
    feature: 'Largest total size',
    answer: 'yes',
    note: '`max-total-size`',
    tests: [['widget/core/page.test.ts', 'that break a rule come back with it']],
  },
  {
    feature: 'Finds duplicates',
    answer: 'yes',
    tests: [['widget/core/page.test.ts', 'of the same name, size and date are taken once']],
  },
  {
    feature: 'Validators that return a promise',
    answer: 'no',
    note: '`validators` are called without waiting.',
  },
  {
    feature: 'An event before files are added that can be cancelled',
    answer: 'yes',
    note: '`upload-add`',
    tests: [['widget/core/page.test.ts', 'that a listener of upload-add does not want']],
  },
  {
    feature: 'Reordering',
    answer: 'no',
    note: 'Rows stay in the order in which files were added.',
  },
  {
    feature: 'Renaming, and metadata by the user',
    answer: 'partly',
    note: 'The page sets `metadata`; the user has no field for a name or for metadata.',
  },
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
      ['widget/element/accessibility.test.ts', 'the button is named by its sentence and described by'],
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
      ['widget/element/accessibility.test.ts', 'everything is reached in the order in which it is seen'],
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
