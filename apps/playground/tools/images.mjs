// Packs the base image, with the files of guest/ over it, to public/images/base/, from where Vite serves it and copies it into the site.
// Not committed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fetchBaseImage } from '../../../tools/fetch-base-image.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const guest = at('../guest');
const target = at('../public/images/base');

await fetchBaseImage();
const { source } = JSON.parse(readFileSync(at('../../../.cache/base-image/index.json'), 'utf8'));
const hash = createHash('sha256')
  .update(source)
  .update(readFileSync(fileURLToPath(import.meta.url)));
for (const entry of readdirSync(guest, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()))
  hash.update(entry.name).update(readFileSync(`${entry.parentPath}/${entry.name}`));
const made = hash.digest('hex').slice(0, 16);

const index = `${target}/index.json`;
if (!existsSync(index) || JSON.parse(readFileSync(index, 'utf8')).labels?.made !== made) {
  const args = ['pack', '--base', '--add', `${guest}/root:/root`, '--label', `made=${made}`, '-o', target];
  execFileSync(process.execPath, [at('../../../packages/cli/bin/ring3.js'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}
