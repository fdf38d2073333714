/**
 * One visit from the first key to the submitted form: pick, watch, pause, retry, cancel and undo, remove,
 * submit. First with
 * nothing but the keyboard, then with nothing but what the accessibility tree says.
 */
import type { S3UploadElement } from '../../../widget/index.ts';
import {
  accessibilityTree,
  activate,
  chooseFiles,
  hasDevtools,
  nodeIn,
  nodesIn,
  press,
} from '../devtools.ts';
import { where } from '../where.ts';
import { equal, match } from './assert.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import { clear, html, place, until } from './page.ts';

const inChromium = where(hasDevtools, 'needs keys, a picker and the accessibility tree');
const FAILED = new UploadError('store_unreachable', '', { retryable: true });

interface Visit {
  readonly element: S3UploadElement;
  readonly engine: FakeUploader;
  /** What has been submitted. */
  readonly submitted: FormDataEntryValue[][];
}

async function visit(): Promise<Visit> {
  const submitted: FormDataEntryValue[][] = [];
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    submitted.push(new FormData(event.target as HTMLFormElement).getAll('files'));
  };
  const { element, engine } = await place(
    html`<form @submit=${onSubmit}>
      <a href="#test-holder">Before</a>
      <s3-upload multiple required name="files" label="Recordings"></s3-upload>
      <button>Send</button>
    </form>`,
  );
  return { element, engine, submitted };
}

/** What the engine would do by itself. */
function become(
  { engine }: Visit,
  name: string,
  ...[changes]: [Parameters<FakeUploader['become']>[1]]
): void {
  engine.become(idIn(engine, name), changes);
}

function idIn(engine: FakeUploader, name: string): string {
  return engine.uploads.find((upload) => upload.name === name)?.id ?? '';
}

function statuses({ engine }: Visit): string[] {
  return engine.uploads.map(({ name, status }) => `${name} ${status}`);
}

function nameOf(engine: FakeUploader, id: unknown): string | undefined {
  return engine.uploads.find((upload) => upload.id === id)?.name;
}

/** The progress of each file and of all together, as a screen reader finds it. */
async function progress(): Promise<string[]> {
  const bars = nodesIn(await accessibilityTree(), 'progressbar');
  return bars.map(({ name, value }) => `${name} ${value}%`);
}

async function focusedName(): Promise<string> {
  const tree = await accessibilityTree();
  const controls = ['button', 'link'].flatMap((role) => nodesIn(tree, role));
  return controls.find(({ states }) => states['focused'])?.name ?? '';
}

describe('a whole visit', () => {
  afterEach(clear);

  inChromium('needs no more than the keyboard', async () => {
    const page = await visit();
    const { element, engine, submitted } = page;
    const steps: [string, () => unknown, () => unknown, unknown][] = [
      [
        'submit nothing',
        async () => {
          document.querySelector<HTMLElement>('a[href="#test-holder"]')?.focus();
          await press('Tab');
          await press('Tab');
          await press('Enter');
        },
        focusedName,
        'Recordings Drop files here or browse',
      ],
      [
        'pick',
        async () => {
          await chooseFiles('README.md', 'package.json');
          await press('Enter');
          await until(() => engine.uploads.length === 2);
        },
        () => statuses(page),
        ['README.md queued', 'package.json queued'],
      ],
      [
        'watch',
        () => {
          for (const { name, bytes } of engine.uploads) {
            become(page, name, { status: 'uploading', loaded: bytes / 2 });
          }
        },
        progress,
        ['All files 50%', 'README.md 50%', 'package.json 50%'],
      ],
      [
        'pause',
        async () => {
          await press('Tab');
          await press('Tab');
          await press('Tab');
          await press('ArrowDown');
          await press('Enter');
        },
        () => statuses(page),
        ['README.md uploading', 'package.json paused'],
      ],
      ['stay there', () => undefined, focusedName, 'Resume package.json'],
      [
        'resume',
        () => press('Space'),
        () => statuses(page),
        ['README.md uploading', 'package.json queued'],
      ],
      [
        'retry',
        async () => {
          become(page, 'README.md', { status: 'failed', error: FAILED });
          await element.updateComplete;
          await press('ArrowUp');
          await press('Enter');
        },
        () => engine.calls.filter(([call]) => call === 'retry').map(([, id]) => nameOf(engine, id)),
        ['README.md'],
      ],
      [
        'cancel',
        async () => {
          become(page, 'README.md', { status: 'uploading', error: undefined });
          await element.updateComplete;
          await press('End');
          await press('Enter');
        },
        () => statuses(page),
        ['README.md cancelled', 'package.json queued'],
      ],
      ['offer to undo it', () => undefined, focusedName, 'Undo README.md'],
      [
        'undo',
        () => press('Enter'),
        () => statuses(page),
        ['README.md queued', 'package.json queued'],
      ],
      [
        'remove',
        async () => {
          become(page, 'README.md', { status: 'failed', error: FAILED, loaded: 0, sent: 0 });
          await element.updateComplete;
          await press('End');
          await press('Enter');
        },
        () => statuses(page),
        ['package.json queued'],
      ],
      ['go on in the next row', () => undefined, focusedName, 'Cancel package.json'],
      [
        'submit',
        async () => {
          become(page, 'package.json', { status: 'done' });
          await element.updateComplete;
          await press('Tab');
          await press('Enter');
        },
        () => submitted.map((ids) => ids.map((id) => nameOf(engine, id))),
        [['package.json']],
      ],
    ];
    for (const [what, act, look, expected] of steps) {
      await act();
      await element.updateComplete;
      equal(await look(), expected, what);
    }
  });

  inChromium('needs no more than what the accessibility tree says', async () => {
    const page = await visit();
    const { element, engine, submitted } = page;
    /** Presses the button with this name, in the group that has the name of the label. */
    const pressButton = async (name: string): Promise<void> => {
      await element.updateComplete;
      await activate(
        nodeIn(nodeIn(await accessibilityTree(), 'group', 'Recordings'), 'button', name),
      );
      await element.updateComplete;
    };
    const wordsOf = async (name: string): Promise<string> => {
      await element.updateComplete;
      const rows = nodesIn(nodeIn(await accessibilityTree(), 'grid', 'Files'), 'row');
      const row = rows.find((one) => nodesIn(one, 'StaticText', name).length > 0);
      return row
        ? nodesIn(row, 'StaticText')
            .map((one) => one.name)
            .join(', ')
        : 'no row';
    };

    await chooseFiles('README.md', 'package.json');
    await pressButton('Recordings Drop files here or browse');
    await until(() => engine.uploads.length === 2);
    for (const { name, bytes } of engine.uploads) {
      become(page, name, { status: 'uploading', loaded: bytes / 4 });
    }
    await element.updateComplete;
    equal(await progress(), ['All files 25%', 'README.md 25%', 'package.json 25%']);

    await pressButton('Pause package.json');
    match(await wordsOf('package.json'), /^package\.json, Paused, /);
    await pressButton('Resume package.json');
    match(await wordsOf('package.json'), /^package\.json, Queued, /);

    become(page, 'README.md', { status: 'failed', error: FAILED });
    equal(
      await wordsOf('README.md'),
      'README.md, The server can’t be reached. Retry in a moment., Retry',
    );
    await pressButton('Retry README.md');
    equal(engine.calls.at(-1), ['retry', idIn(engine, 'README.md')]);
    become(page, 'README.md', { status: 'uploading', error: undefined });

    await pressButton('Cancel README.md');
    match(await wordsOf('README.md'), /^README\.md, Cancelled, /);
    await pressButton('Undo README.md');
    match(await wordsOf('README.md'), /^README\.md, Queued, /);
    become(page, 'README.md', { status: 'failed', error: FAILED, loaded: 0, sent: 0 });
    await pressButton('Remove README.md');
    equal(await wordsOf('README.md'), 'no row');
    become(page, 'package.json', { status: 'done' });
    match(await wordsOf('package.json'), /^package\.json, Uploaded, /);
    await activate(nodeIn(await accessibilityTree(), 'button', 'Send'));
    equal(submitted, [[idIn(engine, 'package.json')]]);
  });
});
