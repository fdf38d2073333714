/** Features that the user of a page meets: rows 1 to 41. */
import type { Feature } from './feature.ts';

export const FOR_USERS: readonly Feature[] = [
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
    tests: [
      ['widget/element/intake.test.ts', 'keeps the path of a file that came with its folder'],
    ],
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
    note: 'With the focus inside; from the whole page with `<s3-upload-zone page-wide>`',
    tests: [
      ['widget/element/intake.test.ts', 'takes the files of the clipboard'],
      ['widget/element/pieces.test.ts', 'with page-wide takes what is dropped or pasted anywhere'],
    ],
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
    note: 'With Undo for some seconds',
    tests: [
      ['e2e/interrupted.test.ts', 'a cancelled upload is aborted on the store'],
      ['widget/element/undo.test.ts', 'can be undone in its row'],
    ],
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
    feature: 'Resumes after a reload, and on another device',
    answer: 'yes',
    tests: [
      ['e2e/offers.test.ts', 'a dropped file goes on with one click'],
      ['e2e/interrupted.test.ts', 'after a reload, the same file picked again'],
      ['e2e/other-device.test.ts', 'what another device has begun is offered'],
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
    answer: 'yes',
    tests: [
      ['widget/core/checks.test.ts', 'is awaited: the upload is checking'],
      ['widget/core/checks.test.ts', 'refuses with its text, or with the message of its rejection'],
    ],
  },
  {
    feature: 'An event before files are added that can be cancelled',
    answer: 'yes',
    note: '`upload-add`',
    tests: [['widget/core/page.test.ts', 'that a listener of upload-add does not want']],
  },
  {
    feature: 'Reordering',
    answer: 'yes',
    note: '`reorder`: by dragging, by buttons, and by Alt with an arrow key',
    tests: [
      [
        'widget/element/reorder.test.ts',
        'moves a row by its buttons; uploads, form and input follow',
      ],
      ['widget/element/reorder.test.ts', 'moves a row that is dragged by its picture'],
      ['widget/element/reorder.test.ts', 'moves the row that has the focus by Alt'],
    ],
  },
  {
    feature: 'Renaming, and metadata by the user',
    answer: 'yes',
    note: '`rename` and `fields`',
    tests: [
      ['widget/element/edit.test.ts', 'opens a field for the name, which keeps the extension'],
      ['widget/element/edit.test.ts', 'is not started without a required field'],
    ],
  },
];
