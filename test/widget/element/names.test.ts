/** What a screen reader gets to know of the control, from the browser's own accessibility tree. */
import type { TemplateResult } from 'lit';
import { equal, ok } from './assert.ts';
import { accessibilityTree, hasDevtools, nodeIn, nodesIn, type Node } from '../devtools.ts';
import { UploadError, type FakeUploader } from './fake-uploader.ts';
import { clear, file, html, idOf, parts, place, until } from './page.ts';
import { where } from '../where.ts';

const inChromium = where(hasDevtools, 'only the DevTools protocol shows the accessibility tree');

async function treeOf(
  template: TemplateResult,
  prepare: (
    element: Awaited<ReturnType<typeof place>>['element'],
    engine: FakeUploader,
  ) => unknown = () => undefined,
): Promise<Node> {
  const { element, engine } = await place(template);
  await prepare(element, engine);
  await element.updateComplete;
  return accessibilityTree();
}

describe('the accessible name', () => {
  afterEach(clear);

  for (const [what, template, group, button] of [
    ['without a label', html`<s3-upload multiple></s3-upload>`, '', 'Drop files here or browse'],
    [
      'with a label',
      html`<s3-upload multiple label="Recordings"></s3-upload>`,
      'Recordings',
      'Recordings Drop files here or browse',
    ],
    [
      'with a label and no-drop',
      html`<s3-upload multiple label="Recordings" no-drop></s3-upload>`,
      'Recordings',
      'Recordings Choose files',
    ],
    [
      'without a label, but with no-drop',
      html`<s3-upload no-drop></s3-upload>`,
      '',
      'Choose a file',
    ],
    [
      'with a label in its slot',
      html`<s3-upload label="Contract"
        ><b slot="label">Signed <i>contract</i></b></s3-upload
      >`,
      'Signed contract',
      'Signed contract Drop a file here or browse',
    ],
    [
      'with a label outside of it',
      html`<label for="files">Contract</label><s3-upload id="files"></s3-upload>`,
      'Contract',
      'Contract Drop a file here or browse',
    ],
    [
      'inside a label',
      html`<label>Contract <s3-upload></s3-upload></label>`,
      'Contract',
      'Contract Drop a file here or browse',
    ],
    [
      'with an aria-label of the page',
      html`<s3-upload aria-label="Contract" label="File"></s3-upload>`,
      'Contract',
      'Contract Drop a file here or browse',
    ],
    [
      'with a zone of the page',
      html`<s3-upload multiple label="Pictures"><p slot="dropzone">Drop them</p></s3-upload>`,
      'Pictures',
      'Pictures Choose files',
    ],
  ] as const) {
    inChromium(`${what} is “${group}” of the group and “${button}” of the button`, async () => {
      const tree = nodeIn(await treeOf(template), 'group');
      equal([tree.name, nodesIn(tree, 'button').map(({ name }) => name)], [group, [button]]);
    });
  }

  inChromium(
    'of the list says what is in it, also if that is left from an earlier visit',
    async () => {
      const tree = await treeOf(html`<s3-upload multiple></s3-upload>`, async (element, engine) => {
        engine.show({ name: 'a.mov' });
        const upload = { name: 'b.mov', bytes: 6e9, lastModified: 0, expiresAt: '2999-01-01' };
        engine.left = [{ ...upload, id: idOf('b') }];
        element.uploader = engine;
        await until(() => parts(element, 'row-interrupted').length > 0);
      });
      equal(
        nodesIn(tree, 'grid').map(({ name, children }) => [name, children.map(({ role }) => role)]),
        [
          ['Interrupted', ['row']],
          ['Files', ['row']],
        ],
      );
    },
  );

  inChromium('of a file is read once, and so is that of each button', async () => {
    const tree = await treeOf(html`<s3-upload multiple></s3-upload>`, (_, engine) =>
      engine.show(
        { name: 'a.mov', status: 'uploading', loaded: 5e5, bytes: 1e6 },
        { name: 'b.mov', status: 'done' },
      ),
    );
    const grid = nodeIn(tree, 'grid');
    const cells = nodesIn(grid, 'gridcell').map((cell) => wordsIn(cell));
    equal(cells, [
      ['a.mov', '0.5 of 1.0 MB', 'progressbar a.mov: 50'],
      ['button Pause a.mov', 'button Cancel a.mov'],
      ['b.mov', 'Uploaded', '1 MB'],
      ['button Remove b.mov'],
    ]);
    equal(
      nodesIn(grid, 'button').map(({ description }) => description),
      ['', '', ''],
      'titles repeat nothing',
    );
  });
});

/** Everything that is read of a node, in its order. */
function wordsIn(node: Node): string[] {
  if (node.role === 'StaticText') return [node.name];
  if (node.role === 'button') return [`button ${node.name}`];
  if (node.role === 'progressbar') return [`progressbar ${node.name}: ${node.value}`];
  return node.children.flatMap((child) => wordsIn(child));
}

describe('what is said besides the name', () => {
  afterEach(clear);

  inChromium('is limits, hint and that a file is required', async () => {
    const tree = await treeOf(
      html`<s3-upload required label="Contract" max-size="5MB" hint="As a PDF"></s3-upload>`,
    );
    equal(nodeIn(tree, 'button').description, 'up to 5 MB As a PDF Required.');
  });

  inChromium('is nothing of required where nothing is', async () => {
    const tree = await treeOf(html`<s3-upload label="Contract"></s3-upload>`);
    equal(nodeIn(tree, 'button').description, '');
  });

  inChromium('is the reason of a refusal, and not the button that hides it', async () => {
    const tree = await treeOf(html`<s3-upload multiple></s3-upload>`, (element, engine) => {
      engine.refuses.set('x.mov', new UploadError('duplicate', ''));
      element.add([file('x.mov')]);
    });
    equal(nodeIn(tree, 'button').description, 'x.mov: It is already in the list.');
    ok(nodeIn(tree, 'button', 'Dismiss'), 'it is there');
  });

  inChromium('does not call the group invalid while uploads run', async () => {
    const tree = await treeOf(html`<s3-upload label="Files" required></s3-upload>`, (_, engine) =>
      engine.show({ name: 'a.mov', status: 'uploading' }),
    );
    equal(nodeIn(tree, 'group').states['invalid'], 'false');
  });

  inChromium('calls the group invalid, and says why, when the user has been told', async () => {
    const tree = await treeOf(html`<s3-upload label="Files" required></s3-upload>`, (element) =>
      element.reportValidity(),
    );
    equal(nodeIn(tree, 'group').states['invalid'], 'true');
    equal(nodeIn(tree, 'button').description, 'Required. Choose a file.');
  });
});
