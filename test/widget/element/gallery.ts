/** Every state of the element on one page, for eyes: gallery.html draws it. Not a test. */
import { html, render, type TemplateResult } from 'lit';
import {
  S3UploadElement,
  type Interrupted,
  type UploadErrorCode,
  type UploadSnapshot,
} from '../../../widget/index.ts';
import { ar } from '../../../widget/i18n/languages/ar.ts';
import { registerLocale } from '../../../widget/i18n/locales.ts';
import { FakeUploader, UploadError } from './fake-uploader.ts';

S3UploadElement.define();
registerLocale('ar', ar);

const GB = 1e9;
const MB = 1e6;

function failed(code: UploadErrorCode, name: string, limit?: number): Partial<UploadSnapshot> {
  const fields = { retryable: true, ...(limit !== undefined && { limit }) };
  return { name, status: 'failed', error: new UploadError(code, '', fields) };
}

const NOTHING_LEFT = { name: '', bytes: 0, lastModified: 0, expiresAt: '2999-01-01' };

async function picture(): Promise<File> {
  const canvas = new OffscreenCanvas(640, 420);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const sky = context.createLinearGradient(0, 0, 250, 420);
  for (const [at, colour] of [
    [0, '#f3b27a'],
    [0.55, '#b5527a'],
    [1, '#2e3a6b'],
  ] as const) {
    sky.addColorStop(at, colour);
  }
  context.fillStyle = sky;
  context.fillRect(0, 0, 640, 420);
  return new File([await canvas.convertToBlob()], 'poster.jpg', { type: 'image/png' });
}

const AT_WORK = (poster: File): Partial<UploadSnapshot>[] => [
  {
    name: '2026-11-19 interview with the harbour master, camera B.mov',
    bytes: 6 * GB,
    status: 'uploading',
    loaded: 2.6 * GB,
    sent: 2.95 * GB,
    bytesPerSecond: 31 * MB,
    secondsLeft: 110,
  },
  {
    name: 'room-tone.wav',
    bytes: 780 * MB,
    status: 'uploading',
    loaded: 212 * MB,
    sent: 256 * MB,
    bytesPerSecond: 17 * MB,
    secondsLeft: 33,
  },
  { name: 'drone.mp4', bytes: 2.2 * GB, status: 'paused', loaded: 1.1 * GB },
  failed('file_changed', 'take-04.mp4'),
  { name: 'poster.jpg', bytes: 4.2 * MB, status: 'done', file: poster },
  { name: 'slate.mp3', bytes: 1.4 * GB, status: 'done' },
];

const SLOW: Partial<UploadSnapshot> = {
  name: 'interview with the harbour master.mov',
  bytes: 20 * GB,
  status: 'uploading',
  sent: 12 * MB,
  bytesPerSecond: 250_000,
  secondsLeft: 79_940,
};

const STALLED: Partial<UploadSnapshot> = {
  name: 'drone.mp4',
  bytes: 8 * GB,
  status: 'waiting',
  waitingFor: 'line',
  loaded: 3.3 * GB,
  sent: 3.5 * GB,
};

interface Scene {
  readonly title: string;
  readonly element: TemplateResult;
  readonly uploads?: Partial<UploadSnapshot>[];
  /** Of an earlier visit. */
  readonly left?: Partial<Interrupted>[];
  readonly after?: (element: HTMLElementTagNameMap['s3-upload'], engine: FakeUploader) => void;
}

function drag(element: Element, ...types: string[]): void {
  const dataTransfer = new DataTransfer();
  for (const [index, type] of types.entries()) {
    dataTransfer.items.add(new File([''], `${index}`, { type }));
  }
  const options = { dataTransfer, bubbles: true, composed: true };
  element.shadowRoot?.querySelector('.zone')?.dispatchEvent(new DragEvent('dragenter', options));
}

const scenes = (poster: File): Scene[] => [
  {
    title: 'Empty',
    element: html`<s3-upload
      multiple
      label="Recordings"
      accept="video/*,audio/*"
      max-size="50GB"
      hint="You can close this tab and continue later: what has been sent is kept for a week."
    ></s3-upload>`,
  },
  {
    title: 'Dragging over',
    element: html`<s3-upload multiple accept="video/*,audio/*" max-size="50GB"></s3-upload>`,
    after: (element) => drag(element, 'video/mp4', 'audio/wav', 'video/mp4'),
  },
  {
    title: 'Refused',
    element: html`<s3-upload multiple accept="video/*,audio/*" max-size="50GB"></s3-upload>`,
    // Only one element at a time can have something held over it: ?refused shows this one.
    after: (element) => location.search === '?refused' && drag(element, 'image/png'),
  },
  {
    title: 'At work',
    element: html`<s3-upload multiple label="Recordings" max-size="50GB"></s3-upload>`,
    uploads: AT_WORK(poster),
  },
  {
    title: 'Interrupted',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [{ name: 'drone.mp4', bytes: 2.2 * GB, status: 'paused', loaded: 1.1 * GB }],
    left: [
      { name: 'interview, camera B.mov', bytes: 6 * GB, handle: {} as FileSystemFileHandle },
      { name: 'drone-2.mp4', bytes: 2 * GB, handle: {} as FileSystemFileHandle },
      { name: 'room-tone.wav', bytes: 780 * MB },
    ],
  },
  {
    title: 'Offline',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [
      {
        name: 'archive-2019.zip',
        bytes: 8 * GB,
        status: 'waiting',
        waitingFor: 'online',
        loaded: 3.3 * GB,
      },
    ],
  },
  {
    title: 'Sending 20 GB on a slow line',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [SLOW, { ...SLOW, name: 'interview-2.mov', loaded: 42 * MB, sent: 55 * MB }],
  },
  {
    title: 'Sending, nothing stored yet',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [SLOW, { name: 'room-tone.wav', bytes: 780 * MB }],
  },
  {
    title: 'Stalled',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [STALLED, { name: 'room-tone.wav', bytes: 780 * MB }],
  },
  {
    title: 'Sending and stalled, 320 px',
    element: html`<div style="inline-size: 320px"><s3-upload multiple></s3-upload></div>`,
    uploads: [SLOW, STALLED],
  },
  {
    title: 'Sending, 320 px',
    element: html`<div style="inline-size: 320px"><s3-upload multiple></s3-upload></div>`,
    uploads: [SLOW, { name: 'room-tone.wav', bytes: 780 * MB }],
  },
  {
    title: 'Sending and stalled, right to left',
    element: html`<div dir="rtl" lang="ar"><s3-upload multiple></s3-upload></div>`,
    uploads: [SLOW, { ...SLOW, name: 'b.mov', loaded: 42 * MB, sent: 55 * MB }, STALLED],
  },
  {
    title: 'One file, as a form field in error',
    element: html`<s3-upload label="Signed contract" accept=".pdf" max-size="20MB" required>
    </s3-upload>`,
    after: (element) => element.reportValidity(),
  },
  {
    title: 'Disabled',
    element: html`<s3-upload accept=".pdf" max-size="20MB" disabled></s3-upload>`,
  },
  {
    title: 'Disabled with rows',
    element: html`<s3-upload multiple disabled></s3-upload>`,
    uploads: [{ name: 'room-tone.wav', bytes: 780 * MB, status: 'paused', loaded: 90 * MB }],
  },
  {
    title: 'Paused',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [
      { name: 'drone.mp4', bytes: 2.2 * GB, status: 'paused', loaded: 1.1 * GB },
      { name: 'room-tone.wav', bytes: 780 * MB, status: 'paused', loaded: 90 * MB },
    ],
  },
  {
    title: 'Done',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [
      { name: 'poster.jpg', bytes: 4.2 * MB, status: 'done', file: poster },
      { name: 'slate.mp3', bytes: 1.4 * GB, status: 'done' },
    ],
  },
  {
    title: 'Failed',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [
      failed('store_unreachable', 'take-01.mp4'),
      failed('cors', 'take-02.mp4'),
      failed(
        'too_large',
        'a very long name of a file that is much too large, version 3.mp4',
        50 * GB,
      ),
    ],
  },
  {
    title: 'Files that were not taken in',
    element: html`<s3-upload multiple max-size="10MB"></s3-upload>`,
    after: (element, engine) => {
      for (const name of ['photo.heic', 'scan.tiff', 'film.mov', 'film2.mov', 'film3.mov']) {
        engine.refuses.set(name, new UploadError('too_large', '', { limit: 10 * MB }));
      }
      element.add([...engine.refuses.keys(), 'fine.jpg'].map((name) => new File(['x'], name)));
    },
  },
  {
    title: 'Starting',
    element: html`<s3-upload multiple no-auto></s3-upload>`,
    uploads: [
      { name: 'a.mp4', bytes: 2.2 * GB },
      { name: 'b.wav', bytes: 78_000 },
    ],
  },
  {
    title: 'All other states',
    element: html`<s3-upload multiple></s3-upload>`,
    uploads: [
      { name: 'queued.mp4', bytes: 2.2 * GB },
      { name: 'hashing.mp4', bytes: 780_000, status: 'hashing' },
      { name: 'waiting.zip', bytes: 512, status: 'waiting', waitingFor: 'signer' },
      { name: 'completing.zip', bytes: GB, status: 'completing', loaded: GB },
      { name: 'Makefile', bytes: 0, status: 'cancelled' },
    ],
  },
  {
    title: 'Own drop zone and icon',
    element: html`<s3-upload multiple>
      <div slot="dropzone"><b>Your pictures of the harbour</b><br />drop them, or click</div>
      <p slot="empty">Nothing here yet.</p>
    </s3-upload>`,
  },
  {
    title: 'Narrow, 280 px',
    element: html`<div style="inline-size: 280px">
      <s3-upload multiple accept="image/*" max-size="20MB"></s3-upload>
    </div>`,
  },
  {
    title: 'Narrow, 280 px, at work',
    element: html`<div style="inline-size: 280px">
      <s3-upload multiple max-size="50GB"></s3-upload>
    </div>`,
    uploads: [
      {
        name: 'IMG_20261119_harbour_8842.jpg',
        bytes: 6 * MB,
        status: 'uploading',
        loaded: 2.6 * MB,
        sent: 3 * MB,
        bytesPerSecond: MB,
        secondsLeft: 3,
      },
      failed('file_changed', 'take-04.mp4'),
    ],
    left: [
      { name: 'IMG_20261119_harbour_8842.mov', bytes: GB, handle: {} as FileSystemFileHandle },
    ],
  },
  {
    title: 'Right to left',
    element: html`<div dir="rtl" lang="ar">
      <s3-upload multiple label="التسجيلات" max-size="50GB"></s3-upload>
    </div>`,
    uploads: [
      ...AT_WORK(poster).slice(0, 4),
      { name: 'تقرير نهائي عن أعمال الميناء ٢٠٢٦.pdf', bytes: 3 * MB, status: 'done' },
    ],
  },
];

for (const { title, element: template, uploads, left, after } of scenes(await picture())) {
  const section = document.createElement('section');
  render(
    html`<h2>${title}</h2>
      ${template}`,
    section,
  );
  document.body.append(section);
  const element = section.querySelector('s3-upload');
  if (!element) continue;
  const engine = new FakeUploader();
  engine.left = (left ?? []).map((upload, index) => ({
    ...NOTHING_LEFT,
    id: `0190b8d2-7c3a-7000-8000-00000000000${index}`,
    ...upload,
  }));
  element.uploader = engine;
  if (uploads) engine.show(...uploads);
  await element.updateComplete;
  after?.(element, engine);
}
