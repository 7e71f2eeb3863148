import { defineMessages } from './define.ts';

/** Words used everywhere. */
export const common = defineMessages('common', {
  'common.close': { ko: '닫기', en: 'Close', vi: 'Đóng' },
  'common.cancel': { ko: '취소', en: 'Cancel', vi: 'Hủy' },
  'common.confirm': { ko: '확인', en: 'Confirm', vi: 'Xác nhận' },
  'common.retry': { ko: '다시 시도', en: 'Try again', vi: 'Thử lại' },
  'common.copy': { ko: '복사', en: 'Copy', vi: 'Sao chép' },
  'common.copied': { ko: '복사했습니다', en: 'Copied', vi: 'Đã sao chép' },
  'common.copyFailed': {
    ko: '복사하지 못했습니다. 글을 직접 선택해 복사하세요.',
    en: 'Could not copy. Select the text and copy it yourself.',
    vi: 'Không sao chép được. Hãy chọn và sao chép thủ công.',
  },
  'common.details': { ko: '자세히', en: 'Details', vi: 'Chi tiết' },
  'common.none': { ko: '없음', en: 'None', vi: 'Không có' },
  'common.unknown': { ko: '알 수 없음', en: 'Unknown', vi: 'Không rõ' },
  'common.yes': { ko: '예', en: 'Yes', vi: 'Có' },
  'common.no': { ko: '아니요', en: 'No', vi: 'Không' },
  'common.shots': { ko: '{count}샷', en: '{count} shots', vi: '{count} shot' },
  'common.sample': { ko: 'n = {count}', en: 'n = {count}', vi: 'n = {count}' },
  'common.notNumber': {
    ko: '숫자가 아닙니다. 예: 2.5',
    en: 'Not a number. Example: 2.5',
    vi: 'Không phải là số. Ví dụ: 2,5',
  },
  'common.notWholeNumber': {
    ko: '정수가 아닙니다. 예: 12',
    en: 'Not a whole number. Example: 12',
    vi: 'Không phải số nguyên. Ví dụ: 12',
  },
  'common.unconfirmedUnit': {
    ko: '단위 미확인',
    en: 'unit not confirmed',
    vi: 'đơn vị chưa xác nhận',
  },
});
