import { defineMessages } from './define.ts';

/** The model view: how good the model truly is, which one is in use, and diagnostics. */
export const model = defineMessages('model', {
  'model.title': { ko: '모델', en: 'Model', vi: 'Mô hình' },
});
