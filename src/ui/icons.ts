/** The icons of the app as paths on a 24-unit grid, drawn as 2-unit strokes. */
export const ICONS = {
  line: 'M2 13h4l3-8 5 15 3-9 1 2h4',
  shot: 'M4 5h16M4 12h16M4 19h16M9 3v4M15 10v4M7 17v4',
  history: 'M12 21a9 9 0 1 0-8.5-6M3 21v-6h6M12 7v5l4 2',
  batch: 'M4 4h16v16H4zM4 9h16M4 14h16M10 9v11',
  form: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  quality: 'M3 20h18M6 20V10M11 20V4M16 20v-7M20 20v-4',
  model: 'M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5',
  settings: 'M4 7h9M19 7h1M4 17h1M11 17h9M13 4v6M19 4v6M13 4h6v6h-6zM5 14h6v6H5z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  play: 'M7 4l13 8-13 8z',
  stop: 'M6 6h12v12H6z',
  close: 'M5 5l14 14M19 5L5 19',
  check: 'M4 12l6 6L20 6',
  left: 'M15 4l-8 8 8 8',
  right: 'M9 4l8 8-8 8',
  up: 'M4 15l8-8 8 8',
  down: 'M4 9l8 8 8-8',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v6M12 7h.01',
  warning: 'M12 3l10 18H2zM12 10v5M12 18h.01',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  download: 'M12 3v12M6 10l6 6 6-6M4 21h16',
  upload: 'M12 17V4M6 10l6-6 6 6M4 21h16',
  refresh: 'M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  day: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  night: 'M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10z',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof ICONS;
