/** The states of the element that pictures are taken of: what the page sets, and what the engine says. */
import { UploadError, type FakeUploader } from '../widget/element/fake-uploader.ts';
import type {
  Interrupted,
  S3UploadElement,
  UploadErrorCode,
  UploadSnapshot,
} from '../../widget/index.ts';

export interface Scene {
  readonly name: string;
  /** Attributes beside those of the theme and `multiple`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Takes one file only. */
  readonly isSingle?: boolean;
  readonly uploads?: readonly Partial<UploadSnapshot>[];
  /** Of an earlier visit. */
  readonly left?: readonly Partial<Interrupted>[];
  /** What happens once it is drawn. */
  readonly act?: (element: S3UploadElement, engine: FakeUploader) => void;
  /** Types of the files that are dragged over it; only one element at a time can be dragged over. */
  readonly dragged?: readonly string[];
}

const GB = 1e9;
const MB = 1e6;

function failed(name: string, code: UploadErrorCode, limit?: number): Partial<UploadSnapshot> {
  const fields = { retryable: true, ...(limit === undefined ? {} : { limit }) };
  return { name, status: 'failed', error: new UploadError(code, '', fields) };
}

/** An image without letters, the same on every machine. */
export async function poster(): Promise<File> {
  const canvas = new OffscreenCanvas(640, 420);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#b5527a';
  context.fillRect(0, 0, 640, 420);
  context.fillStyle = '#f3b27a';
  context.fillRect(0, 0, 640, 160);
  context.fillStyle = '#2e3a6b';
  context.fillRect(0, 300, 640, 120);
  return new File([await canvas.convertToBlob()], 'poster.jpg', { type: 'image/png' });
}

const INTERVIEW: Partial<UploadSnapshot> = {
  name: '2026-11-19 interview with the harbour master, camera B.mov',
  bytes: 6 * GB,
  status: 'uploading',
  loaded: 2.6 * GB,
  sent: 2.95 * GB,
  bytesPerSecond: 31 * MB,
  secondsLeft: 110,
};
const PAUSED: Partial<UploadSnapshot> = {
  name: 'drone.mp4',
  bytes: 2.2 * GB,
  status: 'paused',
  loaded: 1.1 * GB,
};

export const scenes = (picture: File): readonly Scene[] => [
  {
    name: 'empty',
    attributes: {
      label: 'Recordings',
      accept: 'video/*,audio/*',
      'max-size': '50GB',
      hint: 'You can close this tab and continue later.',
    },
  },
  {
    name: 'dragging',
    attributes: { accept: 'video/*,audio/*', 'max-size': '50GB' },
    dragged: ['video/mp4', 'audio/wav', 'video/mp4'],
  },
  {
    name: 'refusing',
    attributes: { accept: 'video/*,audio/*', 'max-size': '50GB' },
    dragged: ['image/png'],
  },
  {
    name: 'at work',
    attributes: { label: 'Recordings', 'max-size': '50GB' },
    uploads: [
      INTERVIEW,
      {
        name: 'room-tone.wav',
        bytes: 780 * MB,
        status: 'uploading',
        loaded: 212 * MB,
        sent: 256 * MB,
        bytesPerSecond: 17 * MB,
        secondsLeft: 33,
      },
      PAUSED,
      failed('take-04.mp4', 'file_changed'),
      { name: 'poster.jpg', bytes: 4.2 * MB, status: 'done', file: picture },
      { name: 'slate.mp3', bytes: 1.4 * GB, status: 'done' },
    ],
  },
  {
    name: 'nothing stored yet',
    uploads: [
      {
        name: 'interview.mov',
        bytes: 20 * GB,
        status: 'uploading',
        sent: 12 * MB,
        bytesPerSecond: 250_000,
        secondsLeft: 79_940,
      },
      { name: 'queued.wav', bytes: 780 * MB },
      { name: 'hashing.wav', bytes: 0.78 * MB, status: 'hashing' },
    ],
  },
  { name: 'paused', uploads: [PAUSED, { ...PAUSED, name: 'room-tone.wav', loaded: 90 * MB }] },
  {
    name: 'offline',
    uploads: [
      { ...INTERVIEW, status: 'waiting', waitingFor: 'online' },
      { name: 'archive.zip', bytes: 8 * GB, status: 'waiting', waitingFor: 'online' },
    ],
  },
  {
    name: 'stalled',
    uploads: [{ ...INTERVIEW, status: 'waiting', waitingFor: 'line' }],
  },
  {
    name: 'failed',
    uploads: [
      failed('take-01.mp4', 'store_unreachable'),
      failed('a very long name of a file that is too large, version 3.mp4', 'too_large', 50 * GB),
    ],
  },
  {
    name: 'refused',
    attributes: { 'max-size': '10MB' },
    act: (element, engine) => {
      for (const name of ['scan.tiff', 'film.mov', 'film2.mov', 'film3.mov']) {
        engine.refuses.set(name, new UploadError('too_large', '', { limit: 10 * MB }));
      }
      element.add([...engine.refuses.keys(), 'fine.jpg'].map((name) => new File(['x'], name)));
    },
  },
  {
    name: 'interrupted',
    uploads: [PAUSED],
    left: [
      { name: 'interview, camera B.mov', bytes: 6 * GB, handle: {} as FileSystemFileHandle },
      { name: 'drone-2.mp4', bytes: 2 * GB, handle: {} as FileSystemFileHandle },
      { name: 'room-tone.wav', bytes: 780 * MB },
    ],
  },
  {
    name: 'not started',
    attributes: { 'no-auto': '' },
    uploads: [
      { name: 'a.mp4', bytes: 2.2 * GB },
      { name: 'b.wav', bytes: 78_000 },
    ],
  },
  {
    name: 'invalid field',
    isSingle: true,
    attributes: {
      label: 'Signed contract',
      accept: '.pdf',
      'max-size': '20MB',
      required: '',
    },
    act: (element) => {
      // The browser's own bubble would lie over the picture.
      element.addEventListener('invalid', (event) => event.preventDefault());
      element.reportValidity();
    },
  },
  {
    name: 'disabled',
    attributes: { disabled: '' },
    uploads: [PAUSED, { name: 'slate.mp3', bytes: 1.4 * GB, status: 'done' }],
  },
];
