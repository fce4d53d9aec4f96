import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

// Packs what would be published, installs it beside nothing else, starts it as a user would, and runs the acceptance
// tests against it over HTTP only. So a file missing from the package, or a dev dependency used at run time, shows.

const email = 'admin@example.org';
const password = 'Acceptance-Test-2026!';
const root = path.join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'granary-acceptance-'));
let server: ChildProcess | undefined;

try {
  process.exitCode = await acceptance();
} finally {
  if (server !== undefined && server.exitCode === null) {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The versions of our lock file, of what is there in one version: whether a package of somebody else's is half published
 * today says nothing of ours.
 */
function testedVersions(): Record<string, string> {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean }>;
  };
  const versions = new Map<string, Set<string>>();
  for (const [place, { version, dev }] of Object.entries(lock.packages)) {
    const name = place.split('node_modules/').at(-1)!;
    if (name === '' || version === undefined || dev) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return Object.fromEntries(
    [...versions].filter(([, all]) => all.size === 1).map(([name, all]) => [name, [...all][0]!]),
  );
}

async function acceptance(): Promise<number> {
  const quiet = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { ...quiet, cwd: root });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made nothing');
  const somebody = { name: 'somebody', private: true, overrides: testedVersions() };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(somebody));
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', path.join(folder, tarball)], quiet);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  server = spawn(process.execPath, [path.join(folder, 'node_modules', 'granary', 'bin', 'granary.js'), 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      GRANARY_DATA_DIR: path.join(folder, 'data'),
      GRANARY_PORT: String(port),
      GRANARY_ADMIN_EMAIL: email,
      GRANARY_ADMIN_PASSWORD: password,
      GRANARY_LOG_LEVEL: 'error',
    },
  });
  await ready(url);
  const tests = spawn(
    process.execPath,
    [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/acceptance/vitest.config.ts'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ACCEPTANCE_URL: url, ACCEPTANCE_EMAIL: email, ACCEPTANCE_PASSWORD: password },
    },
  );
  return new Promise((resolve) => tests.once('exit', (code) => resolve(code ?? 1)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (server?.exitCode != null) throw new Error(`granary serve ended with ${server.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the packed server did not become ready within a minute');
}
