import { LitElement } from 'lit';
import type { Totals, UploadSnapshot } from '../../../../widget/index.ts';
import { en } from '../../../../widget/i18n/en.ts';
import { addEnglish, Localizer } from '../../../../widget/i18n/localizer.ts';
import { Announcer } from '../../../../widget/view/rows/speech/announcer.ts';
import { equal } from '../assert.ts';
import { FakeUploader, snapshot, UploadError } from '../fake-uploader.ts';
import { fakeTime, type FakeTime } from '../fake-time.ts';
import { mount, unmountAll } from './mount.ts';

before(() => addEnglish(en));

class Host extends LitElement {
  readonly engine = new FakeUploader();
  readonly said: [string, string][] = [];
  readonly announcer = new Announcer(this, () => new Localizer('en'));

  get totals(): Totals {
    return this.engine.totals;
  }

  ariaNotify(text: string, { priority }: { priority: string }): void {
    this.said.push([text, priority]);
  }

  show(...uploads: Partial<UploadSnapshot>[]): void {
    this.engine.show(...uploads);
    this.announcer.update(this.engine.uploads);
  }

  become(id: string, changes: Partial<UploadSnapshot>): void {
    const upload = snapshot({ ...this.engine.uploads.find((one) => one.id === id), ...changes });
    this.engine.uploads = this.engine.uploads.map((one) => (one.id === id ? upload : one));
    if (changes.status === 'done') this.announcer.done(upload);
    this.announcer.update(this.engine.uploads);
  }
}

describe('the announcer, on a host of its own', () => {
  before(() => addEnglish(en));
  let time: FakeTime;
  let host: Host;
  beforeEach(async () => {
    host = await mount(class extends Host {});
    time = fakeTime();
  });
  afterEach(() => {
    time.restore();
    unmountAll();
  });

  const said = () => host.said.map(([text]) => text);
  const refuse = (...names: string[]) => {
    for (const name of names) host.announcer.failed({ name }, new UploadError('duplicate', ''));
  };
  const running = (count: number): Partial<UploadSnapshot>[] =>
    Array.from({ length: count }, (_, index) => ({ id: `${index}`, status: 'uploading' }));

  it('names three failures, counts the others, and interrupts for them', () => {
    refuse('a', 'b', 'c', 'd', 'e');
    time.advance(400);
    const each = ['a', 'b', 'c'].map((name) => `${name}: It is already in the list.`).join(' ');
    equal(host.said, [[`${each} and 2 more`, 'high']]);
  });

  it('tells the first failure soon, and those that follow together', () => {
    refuse('a');
    time.advance(400);
    equal(said().length, 1);
    for (const name of ['b', 'c', 'd', 'e']) {
      refuse(name);
      time.advance(1000);
    }
    equal(said().length, 1);
    time.advance(1000);
    equal(said().length, 2);
  });

  it('names each finished file of a few', () => {
    host.show({ id: 'a', name: 'a' }, { id: 'b', name: 'b' }, { id: 'c', name: 'c' });
    host.become('a', { status: 'done' });
    time.advance(400);
    host.become('b', { status: 'done' });
    host.become('c', { status: 'done' });
    time.advance(400);
    equal(host.said, [
      ['a: Uploaded', 'normal'],
      ['3 of 3 uploaded', 'normal'],
    ]);
  });

  it('says one sentence for a batch of 60 files, when it is over', () => {
    host.show(...running(60));
    for (let index = 0; index < 60; index += 1) {
      host.become(`${index}`, { status: 'done' });
      time.advance(150);
    }
    time.advance(400);
    equal(said(), ['60 of 60 uploaded']);
  });

  it('says one sentence also if the last file of the batch is paused, fails or is removed', () => {
    host.show(...running(60));
    for (let index = 0; index < 59; index += 1) host.become(`${index}`, { status: 'done' });
    time.advance(5000);
    equal(said(), []);
    host.become('59', { status: 'paused' });
    time.advance(400);
    equal(said(), ['59 of 60 uploaded']);
  });

  it('tells each quarter of a batch that takes minutes', () => {
    host.show(...running(60));
    for (let index = 0; index < 60; index += 1) {
      time.advance(3000);
      host.become(`${index}`, { status: 'done' });
    }
    time.advance(400);
    equal(said(), [
      '15 of 60 uploaded',
      '30 of 60 uploaded',
      '45 of 60 uploaded',
      '60 of 60 uploaded',
    ]);
  });

  it('tells each quarter of a file that takes an hour, and how long the rest will take', () => {
    host.show({ id: 'a', name: 'a.mov', status: 'uploading', bytes: 36e9 });
    for (let second = 1; second < 3600; second += 1) {
      time.advance(1000);
      host.become('a', { loaded: second * 1e7, bytesPerSecond: 1e7 });
    }
    time.advance(1000);
    host.become('a', { status: 'done', loaded: 36e9 });
    time.advance(400);
    equal(said(), [
      'a.mov: 25%, 45 min left',
      'a.mov: 50%, 30 min left',
      'a.mov: 75%, 15 min left',
      '1 of 1 uploaded',
    ]);
  });

  it('tells no quarter that an upload had when it was continued', () => {
    host.show({ id: 'a', name: 'a.mov', status: 'uploading', bytes: 1e9, loaded: 6e8 });
    time.advance(20_000);
    host.become('a', { loaded: 7e8 });
    time.advance(400);
    equal(said(), []);
    host.become('a', { loaded: 7.5e8 });
    time.advance(400);
    equal(said(), ['a.mov: 75%']);
  });

  it('measures a batch without the files that were uploaded before', () => {
    const before = Array.from({ length: 60 }, () => ({ status: 'done', bytes: 1e9 }) as const);
    host.show(...before);
    host.show(...before, { id: 'a', name: 'a.mov', status: 'uploading', bytes: 1e9 });
    time.advance(20_000);
    host.become('a', { loaded: 5e8 });
    time.advance(400);
    equal(said(), ['a.mov: 50%']);
  });

  it('says nothing of the progress of what takes only seconds', () => {
    host.show({ id: 'a', status: 'uploading', bytes: 100 });
    for (let loaded = 1; loaded < 100; loaded += 1) {
      time.advance(99);
      host.become('a', { loaded });
    }
    equal(said(), []);
  });
});
