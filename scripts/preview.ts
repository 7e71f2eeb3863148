/** `npm run preview [-- --port 4173] [--host 0.0.0.0] [--no-isolation]`: serves the built app. */
import { parseArgs } from 'node:util';
import { startPreview } from './preview-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    host: { type: 'string', default: '127.0.0.1' },
    'no-isolation': { type: 'boolean', default: false },
  },
});

try {
  const preview = await startPreview({
    port: Number(values.port),
    host: values.host,
    isolated: !values['no-isolation'],
  });
  console.log(`Castwatch runs at ${preview.url}  (Ctrl+C ends it)`);
  console.log('A browser that has opened it before keeps its release; another build comes as an update (Settings, Check now).');
} catch (thrown) {
  const error = thrown as NodeJS.ErrnoException;
  console.error(
    error.code === 'EADDRINUSE'
      ? `Port ${values.port} is taken. Choose another one: npm start -- --port 4180`
      : error.message,
  );
  process.exitCode = 1;
}
