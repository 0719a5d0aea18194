import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { HeldLock, Locks } from '../../../src/core/ports.ts';
import { WebLocks } from '../../../src/platform/browser/webLocks.ts';
import { withFileLock } from '../../../src/platform/node/fileLock.ts';
import { acquireLockFile } from '../../../src/platform/node/lockFile.ts';
import { StorageLocks } from '../../../src/platform/node/storageLocks.ts';

/** Longer than anything here takes, in ms. */
const patience = 20_000;

describe('locks', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'locks-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const kinds: readonly (readonly [string, () => Locks])[] = [
    ['of files', () => new StorageLocks(folder)],
    ['of the browser', () => new WebLocks()],
  ];
  for (const [kind, make] of kinds) {
    describe(kind, () => {
      it('keep actions of one name apart, and let those of others pass', async () => {
        const windows = [make(), make(), make()];
        let inside = 0;
        let most = 0;
        const enter = async (held: HeldLock | undefined) => {
          assert.equal(await held?.isHeld(), true);
          most = Math.max(most, ++inside);
          await new Promise(resolve => setTimeout(resolve, 5));
          inside--;
        };
        await Promise.all(windows.flatMap(window => [1, 2, 3].map(() => window.run(`${kind} a`, patience, enter))));
        assert.equal(most, 1);
        const [first, second] = windows;
        await first?.run(`${kind} a`, patience, async () => second?.run(`${kind} b`, patience, async () => undefined));
      });

      it('come to one who waits, though another wants them again and again', async () => {
        const [busy, patient] = [make(), make()];
        let hasCome = false;
        let turns = 0;
        const again = async () => {
          while (!hasCome && turns < 500) {
            await busy.run(`${kind} e`, patience, async () => {
              turns++;
              await new Promise(resolve => setTimeout(resolve, 20));
            });
          }
        };
        await Promise.all([
          again(),
          patient.run(`${kind} e`, patience, async () => {
            hasCome = true;
          }),
        ]);
        assert.ok(turns < 10, `${turns} turns`);
      });

      it('are free again after a failure, and give up in time', async () => {
        const [one, other] = [make(), make()];
        await assert.rejects(
          one.run(`${kind} c`, patience, async () => {
            throw new RangeError('no');
          }),
          RangeError,
        );
        await one.run(`${kind} c`, patience, async () => {
          assert.equal(await other.run(`${kind} c`, 30, async held => held), undefined);
        });
        assert.equal(await other.run(`${kind} c`, patience, async held => held !== undefined), true);
      });

      it('hand a note to the next holder', async () => {
        const window = make();
        await window.run(`${kind} d`, patience, async held => {
          assert.equal(held?.note, undefined);
          await held?.leave('first');
        });
        await window.run(`${kind} d`, patience, async held => {
          assert.equal(held?.note?.text, 'first');
          assert.ok(Math.abs(held.note.at - Date.now()) < 5000);
          await held.leave(undefined);
        });
        assert.equal(await window.run(`${kind} d`, patience, async held => held?.note), undefined);
      });
    });
  }

  it('of files tell a note that was left before the window started', async () => {
    await new StorageLocks(folder).run('a', patience, async held => held?.leave('text'));
    const before = async (startedAt: number) =>
      new StorageLocks(folder, startedAt).run('a', patience, async held => held?.note?.beforeStart);
    assert.equal(await before(Date.now() - 60_000), false);
    assert.equal(await before(Date.now() + 60_000), true);
  });

  it('of files name nothing of what they are for, and are for their user alone', async () => {
    const locks = new StorageLocks(join(folder, 'locks'));
    await locks.run('renewal/some-credential', patience, async held => {
      await held?.leave('note');
      const names = readdirSync(join(folder, 'locks'));
      assert.equal(names.length, 2);
      for (const name of names) {
        const path = join(folder, 'locks', name);
        assert.match(name, /^[0-9a-f]{32}\.(lock|note)$/);
        assert.ok(!readFileSync(path, 'utf8').includes('credential'));
        if (process.platform !== 'win32') {
          assert.equal(statSync(path).mode & 0o777, 0o600);
        }
      }
    });
    assert.deepEqual(
      readdirSync(join(folder, 'locks')).filter(name => name.endsWith('.lock')),
      [],
    );
  });

  it('of files are broken when their process is gone, also one of a break that was cut off', async () => {
    const path = join(folder, 'a.lock');
    const dead = `${2 ** 22 + 1} ${hostname()} x`;
    writeFileSync(path, dead);
    writeFileSync(`${path}.break`, dead);
    const lock = await acquireLockFile(path, patience);
    assert.ok(await lock?.isHeld());
    await lock?.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('of files are broken soon when their maker died before he could say who he is', async () => {
    const path = join(folder, 'a.lock');
    writeFileSync(path, '');
    const lock = await acquireLockFile(path, patience);
    assert.ok(lock);
    await lock.release();
  }).timeout(patience);

  it('of files are left alone while their process lives, here or on another computer', async () => {
    for (const holder of [`${process.pid} ${hostname()} x`, `${2 ** 22 + 1} another-computer x`]) {
      const path = join(folder, 'a.lock');
      writeFileSync(path, holder);
      assert.equal(await acquireLockFile(path, 200), undefined);
      assert.equal(readFileSync(path, 'utf8'), holder);
    }
  });

  it('of files that were taken away are not held any more, and not released for whoever has them now', async () => {
    const path = join(folder, 'a.lock');
    const lock = await acquireLockFile(path, patience);
    writeFileSync(path, 'somebody else');
    assert.equal(await lock?.isHeld(), false);
    await lock?.release();
    assert.equal(readFileSync(path, 'utf8'), 'somebody else');
  });

  it('of files say so where none can be made', async () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    mkdirSync(join(folder, 'x'));
    assert.equal(await new StorageLocks(join(blocked, 'locks')).run('a', 100, async held => held), undefined);
  });

  // Windows has a folder for temporary files for each user.
  if (process.platform !== 'win32') {
    it('of edits stand in no folder that somebody else may write', async () => {
      const before = process.env.TMPDIR;
      process.env.TMPDIR = folder;
      try {
        const own = join(folder, `mcp-keyring-${userInfo().uid}`);
        const locksInUse = () => withFileLock('/file', async () => readdirSync(own).length);
        assert.equal(await locksInUse(), 1);
        chmodSync(own, 0o777);
        assert.equal(await locksInUse(), 0);
        rmSync(own, { recursive: true });
        symlinkSync(mkdtempSync(join(folder, 'other-')), own);
        assert.equal(await locksInUse(), 0);
      } finally {
        if (before === undefined) {
          delete process.env.TMPDIR;
        } else {
          process.env.TMPDIR = before;
        }
      }
    });
  }
});
