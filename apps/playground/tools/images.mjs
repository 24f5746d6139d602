// Packs the base image as a folder of chunks to public/images/base/, from where Vite serves it and copies it into the site. Not committed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CHUNK_BYTES, chunkBlob } from '@ring3/image';
import { fetchBaseImage } from '../../../tools/fetch-base-image.mjs';

await fetchBaseImage();
const source = new URL('../../../.cache/base-image/', import.meta.url);
const target = new URL('../public/images/base/', import.meta.url);
const index = JSON.parse(readFileSync(new URL('index.json', source), 'utf8'));

function isCurrent() {
  const packed = new URL('index.json', target);
  return existsSync(packed) && JSON.parse(readFileSync(packed, 'utf8')).source === index.source;
}

if (!isCurrent()) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(new URL('chunks/', target), { recursive: true });
  const names = [];
  for (const { name, bytes } of chunkBlob([readFileSync(new URL('blob', source))], (data) =>
    createHash('sha256').update(data).digest('hex'),
  )) {
    writeFileSync(new URL(`chunks/${name}`, target), bytes);
    names.push(name);
  }
  writeFileSync(new URL('index.json', target), JSON.stringify({ ...index, chunks: { bytes: CHUNK_BYTES, names } }));
}
