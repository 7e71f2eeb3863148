/** `npm test [-- app|training]`: installs what is missing, a browser and the Python environment included, then runs every check. */
import process from 'node:process';
import { installPackages, run } from './install.mjs';

const parts = process.argv.slice(2);
installPackages();
run('bash', ['scripts/setup.sh', ...parts]);
run('npx', ['tsx', 'scripts/test.ts', ...parts]);
