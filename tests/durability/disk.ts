import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Skipped } from './play.ts';

/** `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`: the file system stops at once, as when the power goes. */
const SHUTDOWN = 'import fcntl,os,struct,sys; fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587D,struct.pack("I",2))';

/** A disk of its own: an ext4 file system in a file, mounted through a loop device. Needs root on Linux. */
export class Disk {
  readonly #image: string;
  readonly folder: string;
  #ballast = 0;

  private constructor(image: string, folder: string) {
    this.#image = image;
    this.folder = folder;
  }

  /** Makes and mounts one; throws {@link Skipped} where that is not possible. */
  static make(folder: string, name: string, megabytes: number): Disk {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Skipped('a disk of its own needs root on Linux (loop-mounted ext4)');
    const image = join(folder, `${name}.img`);
    const mount = join(folder, name);
    mkdirSync(mount, { recursive: true });
    writeFileSync(image, '');
    truncateSync(image, megabytes * 1024 * 1024);
    const disk = new Disk(image, mount);
    if (!run('mkfs.ext4', ['-q', '-F', '-m', '0', image]) || !disk.mount()) {
      rmSync(image, { force: true });
      throw new Skipped('no loop-mounted ext4 here (mkfs.ext4 or mount failed)');
    }
    return disk;
  }

  mount(): boolean {
    return run('mount', ['-o', 'loop', this.#image, this.folder]);
  }

  /** The power goes: what has not reached the disk never will. */
  cutPower(): void {
    if (!run('python3', ['-c', SHUTDOWN, this.folder])) throw new Skipped('the file system cannot be shut down (EXT4_IOC_SHUTDOWN)');
  }

  unmount(): void {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if (run('umount', [this.folder])) return;
      spawnSync('sleep', ['0.1']);
    }
    throw new Error(`${this.folder} cannot be unmounted`);
  }

  /** Fills the disk up to `keep` bytes. */
  fill(keep: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const size = Math.max(0, bavail * bsize - keep);
    if (size === 0) return;
    this.#ballast += 1;
    run('fallocate', ['-l', String(size), join(this.folder, `ballast-${this.#ballast}`)]);
  }

  makeRoom(): void {
    for (; this.#ballast > 0; this.#ballast -= 1) rmSync(join(this.folder, `ballast-${this.#ballast}`), { force: true });
  }

  remove(): void {
    this.unmount();
    rmSync(this.#image, { force: true });
  }
}

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
