/** Every state of the element on demand, and a log of its events. */
import type { Interrupted, UploadErrorCode, UploadSnapshot } from '../../../../widget/index.ts';
import { FakeUploader, UploadError } from '../../../../test/widget/element/fake-uploader.ts';

const GB = 1e9;
const MB = 1e6;
const FILM = { name: 'interview, camera B.mov', bytes: 6 * GB };
const MOST_LINES = 50;

interface State {
  readonly uploads?: readonly Partial<UploadSnapshot>[];
  readonly left?: readonly Partial<Interrupted>[];
  readonly after?: (element: HTMLElementTagNameMap['s3-upload']) => void;
}

const SENDING = {
  ...FILM,
  status: 'uploading',
  loaded: 2.6 * GB,
  sent: 2.95 * GB,
  bytesPerSecond: 31 * MB,
  secondsLeft: 110,
} as const;

/** By their names in the list. */
export const STATES: Readonly<Record<string, State>> = {
  Empty: {},
  'Files over it': { after: (element) => drag(element, 'video/mp4') },
  'Files over it that do not fit': { after: (element) => drag(element, 'image/png') },
  Queued: { uploads: [FILM] },
  'Checked by the page': { uploads: [{ ...FILM, status: 'checking' }] },
  'Transformed by the page': {
    uploads: [
      { ...FILM, status: 'transforming', step: { text: 'Making it smaller', fraction: 0.4 } },
    ],
  },
  'Computing checksums': { uploads: [{ ...FILM, status: 'hashing' }] },
  Sending: { uploads: [SENDING, { name: 'room-tone.wav', bytes: 780 * MB }] },
  Paused: { uploads: [{ ...FILM, status: 'paused', loaded: 2.6 * GB }] },
  Offline: { uploads: [{ ...FILM, status: 'waiting', waitingFor: 'online', loaded: 2.6 * GB }] },
  'The line stands still': {
    uploads: [{ ...FILM, status: 'waiting', waitingFor: 'line', loaded: 2.6 * GB }],
  },
  'The signer is away': {
    uploads: [{ ...FILM, status: 'waiting', waitingFor: 'signer', loaded: 2.6 * GB }],
  },
  Completing: { uploads: [{ ...FILM, status: 'completing', loaded: FILM.bytes }] },
  Done: { uploads: [{ ...FILM, status: 'done' }] },
  Failed: { uploads: [failed('store_unreachable')] },
  'Failed, the file has changed': { uploads: [failed('file_changed')] },
  'Failed, CORS': { uploads: [failed('cors')] },
  'Cancelled, with Undo': {
    uploads: [{ ...FILM, status: 'cancelled', undoUntilMs: Date.now() + 3_600_000 }],
  },
  'Left from an earlier visit': { left: [{ ...FILM, handle: {} as FileSystemFileHandle }] },
  Disabled: { uploads: [SENDING], after: (element) => (element.disabled = true) },
  'Required, and the form was sent': {
    after: (element) => {
      element.required = true;
      element.reportValidity();
    },
  },
};

const EVENTS = [
  'upload-add',
  'upload-added',
  'upload-cancel',
  'upload-start',
  'upload-rejected',
  'upload-done',
  'upload-failed',
  'upload-removed',
  'upload-settled',
  'input',
  'change',
  'invalid',
] as const;

/** Draws the state into the place; what the element dispatches goes to the log, newest first. */
export async function showState(place: HTMLElement, log: HTMLElement, name: string): Promise<void> {
  const element = document.createElement('s3-upload');
  for (const type of EVENTS) {
    element.addEventListener(type, () => {
      const line = document.createElement('li');
      line.textContent = type;
      log.prepend(line);
      log.querySelector(`:scope > :nth-child(${MOST_LINES + 1})`)?.remove();
    });
  }
  await drawState(place, element, name);
}

/** Puts the element into the place, in that state, with an engine that sends nothing. */
export async function drawState(
  place: HTMLElement,
  element: HTMLElementTagNameMap['s3-upload'],
  name: string,
): Promise<void> {
  const { uploads = [], left = [], after } = STATES[name] ?? {};
  Object.assign(element, { multiple: true, label: 'Recordings', accept: 'video/*, audio/*' });
  const engine = new FakeUploader();
  engine.left = left.map((upload, index) => ({
    id: `0190b8d2-7c3a-7000-8000-00000000000${index}`,
    name: '',
    bytes: 0,
    lastModified: 0,
    expiresAt: '2999-01-01',
    ...upload,
  }));
  element.uploader = engine;
  place.replaceChildren(element);
  engine.show(...uploads);
  await element.updateComplete;
  after?.(element);
}

function failed(code: UploadErrorCode): Partial<UploadSnapshot> {
  const error = new UploadError(code, '', { retryable: true });
  return { ...FILM, status: 'failed', loaded: 2.6 * GB, error };
}

function drag(element: Element, type: string): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([''], 'file', { type }));
  const options = { dataTransfer, bubbles: true, composed: true };
  element.shadowRoot?.querySelector('.zone')?.dispatchEvent(new DragEvent('dragenter', options));
}
