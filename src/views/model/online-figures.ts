/** The figures of the protocol `online`: one table a setting. */
import type { OnlineFigure, OnlineSetting, OnlineStudy } from '../../domain/bundle.ts';

/** A setting by name. */
export const settingKey = ({ training, inspected, delay }: OnlineSetting): string => `${training}/${inspected}/${delay}`;

/** Every setting there are figures for, as the study has them. */
export function settingsOf(study: OnlineStudy): readonly OnlineSetting[] {
  const keys = study.figures.map(settingKey);
  return study.figures.filter((_, i) => keys.indexOf(keys[i] ?? '') === i);
}

/** The figures of a setting, the best log-loss first. */
export function figuresOf(study: OnlineStudy, key: string): readonly OnlineFigure[] {
  const own = study.figures.filter((figure) => settingKey(figure) === key);
  return own.sort((a, b) => (a.log_loss.value ?? Infinity) - (b.log_loss.value ?? Infinity));
}
