/** `npm run deploy:render`: writes the generated parts of the hosting templates. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderEdge, renderNginx } from './render.ts';

const file = (name: string): URL => new URL(name, import.meta.url);

const edge = renderEdge(readFileSync(file('edge.yaml'), 'utf8'), readFileSync(file('edge-function.js'), 'utf8'));
writeFileSync(file('edge.yaml'), edge);
writeFileSync(file('nginx.conf'), renderNginx());
