/** Publishes a folder in a process of its own, to be killed: `publish-child FOLDER BUCKET URL DISTRIBUTION`. */
import { edgeCache } from '../../deploy/edge-cache.ts';
import { publish } from '../../deploy/publish.ts';
import { readRelease } from '../../deploy/release-folder.ts';
import { Store } from '../../deploy/store.ts';

const [folder = '', bucket = '', url = '', distribution = ''] = process.argv.slice(2);
const site = { store: new Store(bucket), edge: edgeCache(distribution, { tries: 1, pause: 0 }), url, tell: () => undefined };
await publish(site, await readRelease(folder, { commit: null, kind: 'app' }));
