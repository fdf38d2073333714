import { startFake } from './server.ts';

/** A service worker that passes all requests through, as many applications have one. */
const PASSING_WORKER = `
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => event.respondWith(fetch(event.request));
`;

/**
 * A plugin for the test runner: starts the fake, and tells pages where it is at `/__fake`. Serves a
 * service worker at `/__passing-worker.js`.
 */
export function fakePlugin() {
  let fake: Awaited<ReturnType<typeof startFake>> | undefined;
  return {
    name: 'fake-worker-and-store',
    async serverStart() {
      fake = await startFake();
    },
    async serverStop() {
      await fake?.stop();
    },
    serve(context: { path: string }) {
      if (context.path === '/__passing-worker.js') return { body: PASSING_WORKER, type: 'js' };
      return context.path === '/__fake' ? { body: fake?.url ?? '', type: 'text' } : undefined;
    },
  };
}
