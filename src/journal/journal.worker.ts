/** The worker of the journal: the only place that writes to it. */
import { opfsDirectory } from './opfs.worker.ts';
import type { Command } from './protocol.ts';
import { JournalServer } from './server.ts';
import { databasePlaces } from './store/places.ts';

const server = new JournalServer({
  places: databasePlaces,
  directory: opfsDirectory,
  // The types promise what a page that is not secure does not have.
  locks: (navigator as { locks?: LockManager }).locks,
  estimate: () => navigator.storage.estimate(),
  post: (reply) => {
    self.postMessage(reply);
  },
});

self.onmessage = ({ data }: MessageEvent<Command>) => {
  void server.handle(data);
};
