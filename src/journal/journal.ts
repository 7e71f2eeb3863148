import type { Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';

/** The record of what came in and what was said of it. A shot is recorded before it is judged. */
export interface Journal {
  /** Resolves once the shots are kept. */
  recordShots(shots: readonly Shot[]): Promise<Result<void>>;
  /** Resolves once the verdicts are kept. */
  recordVerdicts(judged: readonly JudgedShot[]): Promise<Result<void>>;
  /** The latest judged shots, oldest first. */
  recent(limit: number): Promise<readonly JudgedShot[]>;
}
