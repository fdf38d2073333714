/** What a test in Chromium can ask of the browser; see `devtools-plugin.ts`. */
import { executeServerCommand, sendKeys } from '@web/test-runner-commands';

/** False where the browser does not speak the DevTools protocol. */
export const hasDevtools = / (Headless)?Chrome\//.test(navigator.userAgent);

/** False where the test runner cannot press keys. */
export const hasKeyboard = hasDevtools || navigator.userAgent.includes('Firefox/');

/** Calls a method of https://chromedevtools.github.io/devtools-protocol/ for this page. */
export async function devtools<Result>(method: string, params: object = {}): Promise<Result> {
  return executeServerCommand<Result, object>('devtools', { method, params });
}

/** Presses a key, such as `Tab`, `Shift+Tab` or `Control+Home`, as a user does. */
export async function press(keys: string): Promise<void> {
  const names = keys.split('+');
  const key = names.pop() ?? '';
  for (const down of names) await sendKeys({ down });
  await sendKeys({ press: key });
  for (const up of names) await sendKeys({ up });
}

/** Chooses files of the repository in the picker that opens next. */
export async function chooseFiles(...paths: string[]): Promise<void> {
  await executeServerCommand('choose-files', paths);
}

/** A node of the accessibility tree: what a screen reader gets to know. */
export interface Node {
  readonly id: string;
  readonly role: string;
  readonly name: string;
  readonly description: string;
  /** Of a progress bar, its number. */
  readonly value: string;
  /** Such as `required`, `invalid`, `focused`, `disabled`. */
  readonly states: Readonly<Record<string, unknown>>;
  readonly children: readonly Node[];
}

interface Value {
  readonly value?: unknown;
}

interface RawNode {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: Value;
  readonly name?: Value;
  readonly description?: Value;
  readonly value?: Value;
  readonly properties?: readonly { readonly name: string; readonly value: Value }[];
  readonly childIds?: readonly string[];
  readonly backendDOMNodeId?: number;
}

/** The accessibility tree of the page. Nodes that are ignored are left out, and their children kept. */
export async function accessibilityTree(): Promise<Node> {
  const { nodes } = await devtools<{ nodes: readonly RawNode[] }>('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const [root] = nodes;
  if (!root) throw new Error('The page has no accessibility tree.');
  const nodesOf = (id: string): Node[] => {
    const node = byId.get(id);
    if (!node) return [];
    const children = (node.childIds ?? []).flatMap(nodesOf);
    if (node.ignored) return children;
    const states = (node.properties ?? []).map(({ name, value }) => [name, value.value]);
    return [
      {
        id: `${node.backendDOMNodeId}`,
        role: textOf(node.role),
        name: textOf(node.name),
        description: textOf(node.description),
        value: textOf(node.value),
        states: Object.fromEntries(states),
        children,
      },
    ];
  };
  const [tree] = nodesOf(root.nodeId);
  if (!tree) throw new Error('The root of the accessibility tree is ignored.');
  return tree;
}

function textOf(value?: Value): string {
  return `${value?.value ?? ''}`.replaceAll(/\s+/g, ' ').trim();
}

/** Does what a node does by default, as a screen reader asks of it: presses a button, opens a picker. */
export async function activate({ id }: Node): Promise<void> {
  const backendNodeId = Number(id);
  const { object } = await devtools<{ object: { objectId: string } }>('DOM.resolveNode', {
    backendNodeId,
  });
  await devtools('Runtime.callFunctionOn', {
    objectId: object.objectId,
    functionDeclaration: 'function () { this.focus(); this.click(); }',
    userGesture: true,
  });
}

/** All nodes with this role, and this name if one is given, in the order of the page. */
export function nodesIn(node: Node, role: string, name?: string): readonly Node[] {
  const isIt = node.role === role && (name === undefined || node.name === name);
  return [...(isIt ? [node] : []), ...node.children.flatMap((child) => nodesIn(child, role, name))];
}

/** The first node with this role and name. */
export function nodeIn(node: Node, role: string, name?: string): Node {
  const [found] = nodesIn(node, role, name);
  if (found) return found;
  const names = nodesIn(node, role).map((other) => other.name);
  throw new Error(`No ${role} “${name ?? ''}” among ${JSON.stringify(names)}.`);
}
