import { defineMessages } from './define.ts';

/** The form: one shot typed by hand. */
export const form = defineMessages('form', {
  'form.title': { ko: '직접 입력', en: 'Type in a shot', vi: 'Nhập tay' },
});
