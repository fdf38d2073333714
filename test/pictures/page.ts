/** The page that pictures are taken of: every scene in a theme, drawn anew for each variant. */
import { S3UploadElement } from '../../widget/index.ts';
import { ar } from '../../widget/i18n/languages/ar.ts';
import { registerLocale } from '../../widget/i18n/locales.ts';
import { FakeUploader } from '../widget/element/fake-uploader.ts';
import { record, type Records } from './record.ts';
import { poster, scenes, type Scene } from './scenes.ts';

export type { Records, Seen } from './record.ts';

export interface Theme {
  readonly name: string;
  /** Attributes that it asks for, beside its class. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the tests call in the page. */
export interface Stage {
  /** Draws all scenes in a theme and a direction; Arabic from right to left, otherwise English. */
  show(theme: Theme, dir: 'ltr' | 'rtl'): Promise<void>;
  /** The names of the scenes that have files dragged over them. */
  readonly dragged: readonly string[];
  /** Where each scene is on the page. */
  boxes(): Record<string, Box>;
  /** Drags files over the scene: only one element at a time has files dragged over it. */
  drag(name: string): Promise<void>;
  record(): Records;
}

declare global {
  interface Window {
    readonly stage: Stage;
  }
}

const NOTHING_LEFT = { name: '', bytes: 0, lastModified: 0, expiresAt: '2999-01-01' };

S3UploadElement.define();
registerLocale('ar', ar);
const list = scenes(await poster());
await Promise.all(
  [400, 500, 600, 650].flatMap((weight) => [
    document.fonts.load(`${weight} 16px "Noto Sans Variable"`),
    document.fonts.load(`${weight} 16px "Noto Sans Arabic Variable"`, 'ع'),
  ]),
);

const stage: Stage = {
  dragged: list.filter(({ dragged }) => dragged).map(({ name }) => name),
  async show(theme, dir) {
    const root = document.documentElement;
    root.dir = dir;
    root.lang = dir === 'rtl' ? 'ar' : 'en';
    document.body.replaceChildren();
    for (const scene of list) await place(scene, theme);
    await until(() =>
      document
        .querySelector('section[title="at work"] > s3-upload')
        ?.shadowRoot?.querySelector('canvas'),
    );
  },
  boxes() {
    return Object.fromEntries(
      sections().map((section) => {
        const { x, y, width, height } = section.getBoundingClientRect();
        return [section.title, { x: x + scrollX, y: y + scrollY, width, height }];
      }),
    );
  },
  async drag(name) {
    const scene = list.find((one) => one.name === name);
    const element = elementOf(name);
    dragOver(element, scene?.dragged ?? []);
    await element.updateComplete;
  },
  record() {
    return Object.fromEntries(sections().map((section) => [section.title, record(section)]));
  },
};
Object.assign(window, { stage });

async function place(scene: Scene, theme: Theme): Promise<void> {
  const section = document.createElement('section');
  section.title = scene.name;
  section.className = theme.name;
  const element = document.createElement('s3-upload');
  element.className = theme.name;
  const attributes = { ...theme.attributes, ...scene.attributes };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.multiple = !scene.isSingle;
  section.append(element);
  document.body.append(section);
  const engine = new FakeUploader();
  engine.left = (scene.left ?? []).map((upload, index) => ({
    ...NOTHING_LEFT,
    id: `0190b8d2-7c3a-7000-8000-00000000000${index}`,
    ...upload,
  }));
  element.uploader = engine;
  if (scene.uploads) engine.show(...scene.uploads);
  await element.updateComplete;
  scene.act?.(element, engine);
  await element.updateComplete;
  if (scene.left) await until(() => element.shadowRoot?.querySelector('.row-interrupted'));
}

function dragOver(element: Element, types: readonly string[]): void {
  const dataTransfer = new DataTransfer();
  for (const [index, type] of types.entries()) {
    dataTransfer.items.add(new File([''], `${index}`, { type }));
  }
  const zone = element.shadowRoot?.querySelector('.zone');
  zone?.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true, composed: true }));
}

function elementOf(name: string): S3UploadElement {
  const element = document.querySelector<S3UploadElement>(`section[title="${name}"] > s3-upload`);
  if (!element) throw new Error(`no scene ${name}`);
  return element;
}

function sections(): HTMLElement[] {
  return [...document.querySelectorAll('section')];
}

async function until(isSo: () => unknown): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
}
