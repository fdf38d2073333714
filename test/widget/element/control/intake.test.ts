import { html, LitElement } from 'lit';
import type { FoundFile } from '../../../../widget/intake/found.ts';
import { Intake, type Way } from '../../../../widget/intake/intake.ts';
import { equal } from '../assert.ts';
import { file, pick, until } from '../page.ts';
import { mount, unmountAll } from './mount.ts';

class Host extends LitElement {
  closed: Way | undefined;
  readonly found: FoundFile[] = [];
  readonly intake: Intake = new Intake(this, {
    isOpen: (way) => way !== this.closed,
    isWelcome: (types) => types.every((type) => type === 'text/plain'),
    add: (found) => this.found.push(...found),
    names: () => [],
    loadWalk: () => Promise.reject(new Error('there is no folder')),
    keepsHandles: () => false,
  });

  override render() {
    return html`<input type="file" multiple @change=${this.intake.onPick} />`;
  }
}

function drag(host: Host, type: string, ...files: File[]): DragEvent {
  const dataTransfer = new DataTransfer();
  for (const one of files) dataTransfer.items.add(one);
  const options = { dataTransfer, bubbles: true, composed: true, cancelable: true };
  const event = new DragEvent(type, options);
  host.dispatchEvent(event);
  return event;
}

const names = ({ found }: Host): unknown[] => found.map((item) => item.file?.name);

describe('the intake, on a host of its own', () => {
  afterEach(unmountAll);

  it('gives the files of the picker', async () => {
    const host = await mount(class extends Host {});
    pick(host, file('a'), file('b'));
    equal(names(host), ['a', 'b']);
  });

  it('gives dropped files, and knows the types of those over the host until then', async () => {
    const host = await mount(class extends Host {});
    const text = file('a.txt', { type: 'text/plain' });
    drag(host, 'dragenter', text);
    equal(host.intake.dragged, ['text/plain']);
    drag(host, 'drop', text);
    equal([host.intake.dragged, host.intake.isReading], [undefined, true]);
    await until(() => !host.intake.isReading);
    equal(names(host), ['a.txt']);
  });

  it('shows where a drop is welcome, and where it is not', async () => {
    const host = await mount(class extends Host {});
    // The effect of a transfer that a script has made cannot be set.
    const effectOf = (type: string): string => {
      const transfer = { types: ['Files'], items: [{ kind: 'file', type }], dropEffect: 'none' };
      const event = new DragEvent('dragover', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: transfer });
      host.dispatchEvent(event);
      return transfer.dropEffect;
    };
    equal([effectOf('text/plain'), effectOf('image/png')], ['copy', 'none']);
    host.closed = 'drop';
    equal(effectOf('text/plain'), 'none');
  });

  it('keeps the browser from opening a file that is dropped where dropping is off', async () => {
    const host = await mount(class extends Host {});
    host.closed = 'drop';
    equal(drag(host, 'drop', file('a')).defaultPrevented, true);
    equal([host.intake.isReading, host.found], [false, []]);
  });

  it('does not open the picker where picking is off', async () => {
    const host = await mount(class extends Host {});
    host.closed = 'pick';
    let error: unknown;
    try {
      host.intake.showPicker();
    } catch (thrown) {
      error = thrown;
    }
    equal((error as DOMException | undefined)?.name, 'InvalidStateError');
  });
});
