/** The page of the moving picture: the element with its real engine, the files, and a pointer. */
import { S3UploadElement, type UploadSnapshot } from '../../../widget/index.ts';
import { poster } from '../scenes.ts';
import { slowClocks } from './slow-clock.ts';

const MB = 1e6;

/** What the film calls in the page. */
export interface MovingStage {
  /** Puts an element on the page, whose Worker is at this address. */
  begin(endpoint: string): Promise<void>;
  /** Moves the pointer to the middle of a part of the element, in a file's row if one is named. */
  point(part: string, name?: string): Promise<void>;
  /** Moves the pointer to the zone, beside what it says, and the files with it. */
  carry(): void;
  /** The files are over the zone. */
  drag(): void;
  drop(): void;
  /** Clicks the part that the pointer was moved to. */
  click(): void;
  /** Takes the pointer off the page. */
  leave(): void;
  uploads(): readonly Pick<UploadSnapshot, 'name' | 'status' | 'bytes' | 'loaded' | 'sent'>[];
}

slowClocks();
S3UploadElement.define();
await Promise.all(
  [400, 500, 600, 650].map((weight) => document.fonts.load(`${weight} 16px "Noto Sans Variable"`)),
);

const files = [
  noise('interview with the harbour master.mov', 32 * MB, 'video/quicktime'),
  noise('room-tone.wav', 12 * MB, 'audio/wav'),
  noise('slate.mp3', 3 * MB, 'audio/mpeg'),
  // What follows the picture in its file is not looked at.
  new File([await poster(), noise('', 4 * MB, '')], 'poster.jpg', { type: 'image/png' }),
];
const pointer = document.createElement('div');
pointer.className = 'pointer';
pointer.innerHTML = `<svg viewBox="0 0 24 24"><path d="M5 2v17l4.4-4 2.8 6.6 3-1.3-2.8-6.4h6z"/></svg>`;
let target: Element | undefined;
const element = document.createElement('s3-upload');

const stage: MovingStage = {
  async begin(endpoint) {
    Object.assign(element, { endpoint, multiple: true, label: 'Recordings', maxSize: 50_000 * MB });
    document.body.append(element, pointer);
    await element.updateComplete;
  },
  async point(part, name) {
    await element.updateComplete;
    const row = name === undefined ? element.shadowRoot : rowOf(name);
    target = row?.querySelector(`[part~="${part}"]`) ?? undefined;
    if (!target) throw new Error(`no ${part} in ${name ?? 'the element'}`);
    const { x, y, width, height } = target.getBoundingClientRect();
    pointer.style.translate = `${x + width / 2}px ${y + height / 2}px`;
  },
  carry() {
    pointer.dataset['files'] = String(files.length);
    pointer.style.translate = '500px 110px';
  },
  drag() {
    element.shadowRoot?.querySelector('.zone')?.dispatchEvent(dragEvent('dragenter'));
  },
  drop() {
    delete pointer.dataset['files'];
    element.shadowRoot?.querySelector('.zone')?.dispatchEvent(dragEvent('drop'));
  },
  click() {
    (target as HTMLElement | undefined)?.click();
  },
  leave() {
    pointer.style.translate = '';
  },
  uploads: () =>
    element.uploads.map(({ name, status, bytes, loaded, sent }) => ({
      name,
      status,
      bytes,
      loaded,
      sent,
    })),
};
Object.assign(window, { moving: stage, stage: true });

function rowOf(name: string): Element | undefined {
  const rows = element.shadowRoot?.querySelectorAll('[part~="row"]') ?? [];
  return [...rows].find(
    (row) => row.querySelector(`[title="${name}"]`) !== null || row.textContent?.includes(name),
  );
}

function dragEvent(type: string): DragEvent {
  const dataTransfer = new DataTransfer();
  for (const file of files) dataTransfer.items.add(file);
  return new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true });
}

function noise(name: string, bytes: number, type: string): File {
  const block = crypto.getRandomValues(new Uint8Array(50_000));
  return new File(
    Array.from({ length: bytes / block.length }, () => block),
    name,
    { type },
  );
}
