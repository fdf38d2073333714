import type { System } from './row.ts';

export const MULE: System = {
  name: 'mule-upload',
  page: 'mule-upload.md',
  url: 'https://github.com/cinely/mule-uploader',
  script: ['docs/from.test.ts', 'mule-upload.md continues on another device'],
  rows: [
    {
      id: 's2.1',
      kind: 'job',
      there: 'Very resilient against interruptions',
      here: 'Every request is retried with a fresh signature; parts that the store has are not sent again.',
      tests: [
        ['faults/soak.test.ts', 'uploads under random faults'],
        ['faults/every-request.test.ts', 'all requests of one upload meet ${what}'],
      ],
    },
    {
      id: 's2.2',
      kind: 'job',
      there: 'The connection goes down',
      here: 'The upload waits for the network, and continues by itself.',
      tests: [
        ['faults/matrix.test.ts', 'offline for 5 s in the middle'],
        ['faults/network.test.ts', '66: an outage that outlives every signature is survived'],
      ],
    },
    {
      id: 's2.3',
      kind: 'job',
      there: 'The browser is closed by accident',
      here: 'The element offers to continue when the page is open again.',
      tests: [
        [
          'faults/browser-cases.test.ts',
          '96: a tab that dies without a word has left behind what it takes to go on',
        ],
        ['e2e/offers.test.ts', 'a dropped file goes on with one click'],
      ],
    },
    {
      id: 's2.4',
      kind: 'job',
      there: 'Continue tomorrow',
      here: '`UPLOAD_TTL` counts from the last part that was signed (36 hours by default). An upload that moves does not expire.',
      tests: [
        [
          'worker/promises/mule.test.ts',
          's2.4: an upload is continued tomorrow evening, and completed though it was idle since',
        ],
        [
          'worker/moving.test.ts',
          'for 50 hours is created once, sends each part once, and is done',
        ],
        [
          'worker/counts.test.ts',
          '1 GiB that takes 30 hours: one Create, each part once, a write an hour',
        ],
        ['worker/moving.test.ts', 'and of which all ${bytes} bytes have arrived is completed'],
        ['worker/upload-end.test.ts', 'is said at Create, by resume and by the status'],
      ],
      reason:
        'The store may be less patient: MinIO drops every unfinished upload after 24 hours. Create says so (`storeExpiresAt`), and so does the row of a file that cannot arrive by then.',
    },
    {
      id: 's2.5',
      kind: 'job',
      there: 'Takes `File`, `FileList` and `Blob`',
      here: '`add(files)` of the element and of the engine takes files and lists of files. Make a `Blob` a file: `new File([blob], name)`.',
      tests: [
        ['widget/core/page.test.ts', 'of another window are files, too'],
        [
          'widget/element/intake.test.ts',
          'gives what was chosen to the engine and shows a row for each',
        ],
      ],
    },
    {
      id: 's2.6',
      kind: 'setting',
      there: 'A guide to the bucket’s CORS rules',
      here: '[“Deploy it”](../start/cloudflare.md#deploy-it), step 4',
      tests: [['docs/code.test.ts', 'the CORS rules of the docs are what a part needs']],
    },
    {
      id: 's2.7',
      kind: 'endpoint',
      there: 'Signature to begin (`init`)',
      here: '`POST /uploads`: the Worker begins the upload at the store, and signs the first parts',
      tests: [['worker/life.test.ts', 'gives the first requests with the Create']],
    },
    {
      id: 's2.8',
      kind: 'endpoint',
      there: 'Signature of a chunk',
      here: '`POST /uploads/:id/sign`',
      tests: [
        ['worker/policy.test.ts', 'case 26: has a URL that is valid only for its own request'],
        ['worker/s3/sign.test.ts', 'differ in nothing but the part'],
      ],
    },
    {
      id: 's2.9',
      kind: 'endpoint',
      there: 'Signature to list chunks',
      here: '`GET /uploads/:id` and `POST /uploads/:id/resume` list the parts',
      tests: [
        [
          'worker/life.test.ts',
          'continues after an interruption, also on another device, with the parts that the store has',
        ],
      ],
    },
    {
      id: 's2.10',
      kind: 'endpoint',
      there: 'Signature to end',
      here: '`POST /uploads/:id/complete`: the Worker completes the upload, and compares the size',
      tests: [
        ['worker/life.test.ts', 'case 43: answers a second complete like the first'],
        ['worker/complete.test.ts', 'case 36: says which parts are missing, and completes nothing'],
      ],
    },
    {
      id: 's2.11',
      kind: 'endpoint',
      there: 'All signatures at once (`get_all_signatures`)',
      here: '`POST /uploads/:id/sign` signs up to 500 parts in one call',
      tests: [
        ['worker/openapi.test.ts', 'has the limits that requests are checked by'],
        ['worker/counts.test.ts', '10 GiB at ${rate} MB/s'],
      ],
    },
    {
      id: 's2.12',
      kind: 'endpoint',
      there: '`chunk_loaded`: the backend notes a chunk in its database',
      here: 'Not needed: the store’s own list counts. Where a store has none, receipts come with the next call (`stored`), and the relay leaves its own.',
      tests: [
        [
          'worker/promises/mule.test.ts',
          's2.12: a part that went through the Worker is listed, whether or not the store can list it',
        ],
        [
          'worker/relay.test.ts',
          'leaves what it has sent to be seen by GET and by another device’s resume',
        ],
        ['widget/core/uploads.test.ts', 'arrives from a store that cannot list its parts'],
      ],
    },
    {
      id: 's2.13',
      kind: 'state',
      there: 'Key, upload id and chunks are known after a refresh',
      here: 'The browser’s journal has the upload’s id and token; the Worker asks the store for the parts.',
      tests: [
        [
          'e2e/interrupted.test.ts',
          'after a reload, the same file picked again sends only the parts that were missing',
        ],
      ],
    },
    {
      id: 's2.14',
      kind: 'job',
      there: 'Continue in another browser',
      here: '`GET /uploads?state=open&stored=true`; `unfinished()` of the engine, then `add([{ file, id }])`',
      tests: [
        [
          'worker/promises/mule.test.ts',
          's2.14: another browser sees what is unfinished and how far it has come, and goes on',
        ],
        ['worker/life.test.ts', 'that is unfinished is listed with what the store holds of it'],
        [
          'widget/core/page.test.ts',
          'is listed by the Worker, and goes on when its file is added under its id',
        ],
      ],
      reason:
        'The element itself offers only what was begun in the same browser; a page can offer the rest with `unfinished()`.',
    },
    {
      id: 's2.15',
      kind: 'job',
      there: 'A live demo',
      here: '`npm install && npm start`: the page, the Worker and a bucket on your own machine',
      tests: [
        ['e2e/page.test.ts', 'hashes in workers under its own policy, and nothing is blocked'],
        ['docs/start.test.ts', 'npm start says which other port to take where its own is taken'],
      ],
    },
    {
      id: 's2.16',
      kind: 'setting',
      there: 'Objects are `public-read`',
      here: '`ACL=public-read`; or `PUBLIC=on` for links that anyone may open, which needs no ACL',
      tests: [
        ['worker/objects.test.ts', 'opens it to those whom the ACL names', 'public-read'],
        ['worker/objects.test.ts', 'is read by anyone who has its link, and by no other way'],
      ],
    },
  ],
};
