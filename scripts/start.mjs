/** `npm start [-- --port 4173]`: installs what is missing, builds the app, serves it and prints its address. */
import process from 'node:process';
import { installPackages, run } from './install.mjs';

installPackages();
run('npm', ['run', '--silent', 'build']);
run('npm', ['run', '--silent', 'preview', '--', ...process.argv.slice(2)]);
