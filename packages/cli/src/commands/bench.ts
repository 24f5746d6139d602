import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchAppUrl } from '../bench-app-url.js';
import { CliError, CliStatus, HelpRequested } from '../cli-error.js';
import type { Command } from './command.js';

/** apps/bench parses its own options. @throws CliError, HelpRequested */
function benchApp(args: readonly string[]): string {
  const built = fileURLToPath(benchAppUrl);
  if (existsSync(built)) return built;
  if (args.includes('--help') || args.includes('-h')) throw new HelpRequested();
  const here = existsSync(new URL('../package.json', benchAppUrl));
  throw new CliError(
    CliStatus.Failed,
    here
      ? 'the bench is not built: npm run build (or use npm run bench)'
      : 'bench: only in a checkout of Ring3: the programs that it measures are not in the package',
  );
}

export const benchCommand: Command = {
  synopsis: 'bench [OPTION…]',
  summary: 'what Ring3 costs against native (in a checkout)',
  help: `Measures Ring3 against the same programs run natively. It is a part of Ring3's repository (apps/bench), which has to be checked out and
built; there this option lists the others.
`,
  async run(args) {
    const child = spawn(process.execPath, [benchApp(args), ...args], { stdio: 'inherit' });
    // Those of a terminal go to the child as well.
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGTERM', forward);
    process.on('SIGINT', () => {});
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  },
};
