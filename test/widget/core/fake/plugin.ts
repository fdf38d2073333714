import { startFake } from './server.ts';

/** A plugin for the test runner: starts the fake, and tells pages where it is at `/__fake`. */
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
      return context.path === '/__fake' ? { body: fake?.url ?? '', type: 'text' } : undefined;
    },
  };
}
