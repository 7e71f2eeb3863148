/** The four states a thing on the screen can be in; `none` where nothing is known (yet). */
export type Status = 'ok' | 'ng' | 'hold' | 'none';
