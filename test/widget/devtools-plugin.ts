import type { CDPSession, Page } from 'puppeteer-core';

interface Command {
  readonly command: string;
  readonly payload?: unknown;
  readonly session: { readonly id: string; readonly browser: unknown };
}

interface DevtoolsCall {
  readonly method: string;
  readonly params?: object;
}

/**
 * A plugin for the test runner: lets a page in Chromium do what only the DevTools protocol can, such as
 * reading the accessibility tree (`devtools`), and choose files in the picker that opens next
 * (`choose-files`).
 */
export function devtoolsPlugin() {
  // Emulation ends with the session that asked for it, so that each page keeps one.
  const sessions = new WeakMap<Page, Promise<CDPSession>>();
  return {
    name: 'devtools',
    async executeCommand({ command, payload, session }: Command) {
      if (command !== 'devtools' && command !== 'choose-files') return undefined;
      const page = (session.browser as { getPage(id: string): Page }).getPage(session.id);
      if (command === 'choose-files') {
        // Not awaited: the page opens the picker after this. If it does not, its test fails.
        const accepted = page
          .waitForFileChooser()
          .then((chooser) => chooser.accept(payload as string[]));
        accepted.catch(() => undefined);
        return true;
      }
      const { method, params } = payload as DevtoolsCall;
      const made = sessions.get(page) ?? page.createCDPSession();
      sessions.set(page, made);
      const result = await (await made).send(method as 'Page.enable', params as undefined);
      // The runner takes an answer of nothing for a command that no plugin knows.
      return result ?? true;
    },
  };
}
