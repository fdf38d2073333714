/** Hosts for controllers: elements of a few lines, each under a name of its own. */
import type { LitElement } from 'lit';

let count = 0;
const mounted: Element[] = [];

/** Registers the class, puts an element of it on the page, and waits until it is drawn. */
export async function mount<Host extends LitElement>(
  host: new () => Host,
  parent: Element = document.body,
): Promise<Host> {
  const name = `test-host-${(count += 1)}`;
  customElements.define(name, host);
  const element = document.createElement(name) as Host;
  mounted.push(element);
  parent.append(element);
  await element.updateComplete;
  return element;
}

export function unmountAll(): void {
  for (const element of mounted.splice(0)) element.remove();
}
