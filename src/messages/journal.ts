import { defineMessages } from './define.ts';

/** How the record stands: kept, waiting, not kept; its alarms and repairs. */
export const journal = defineMessages('journal', {
  'journal.kept': { ko: '기록됨', en: 'Recorded', vi: 'Đã ghi' },
  'journal.pending': { ko: '기록 대기', en: 'Recording', vi: 'Đang ghi' },
  'journal.failed': { ko: '기록 안 됨', en: 'Not recorded', vi: 'Chưa ghi được' },
  'journal.unknown': { ko: '기록 없음', en: 'No record', vi: 'Không có bản ghi' },
  'journal.keptMeaning': {
    ko: '두 곳에 저장이 끝났습니다.',
    en: 'Stored on the disk in two copies.',
    vi: 'Đã lưu thành hai bản trên đĩa.',
  },
  'journal.keptReduced': {
    ko: '이 브라우저는 한 곳에만, 또는 느슨하게 저장합니다. 모델 > 진단을 보세요.',
    en: 'This browser stores less than two firm copies. See Model > diagnostics.',
    vi: 'Trình duyệt này không lưu đủ hai bản chắc chắn. Xem Mô hình > Chẩn đoán.',
  },
  'journal.unrecorded': { ko: '기록 안 됨 {count}샷', en: '{count} shots not recorded', vi: '{count} shot chưa ghi' },
  'journal.readOnly': { ko: '읽기 전용', en: 'Read-only', vi: 'Chỉ đọc' },
  'journal.alarm.unavailable': {
    ko: '기록을 열 수 없습니다',
    en: 'The record cannot be opened',
    vi: 'Không mở được bản ghi',
  },
  'journal.alarm.failing': {
    ko: '기록이 저장되지 않습니다',
    en: 'Records are not being kept',
    vi: 'Bản ghi không được lưu',
  },
  'journal.alarm.late': {
    ko: '기록 저장이 늦어집니다',
    en: 'Recording is slow',
    vi: 'Ghi bị chậm',
  },
  'journal.alarm.quota_critical': {
    ko: '저장 공간이 거의 찼습니다: 지금 내보내세요',
    en: 'Storage almost full: export now',
    vi: 'Bộ nhớ sắp đầy: hãy xuất ngay',
  },
  'journal.alarm.quota_warn': {
    ko: '저장 공간 80 % 사용',
    en: 'Storage 80 % full',
    vi: 'Bộ nhớ đầy 80 %',
  },
  'journal.todo.unavailable': {
    ko: '판정은 계속됩니다. 다시 열어 보는 중입니다. 계속되면 엔지니어를 부르세요.',
    en: 'Judging goes on. It is tried again; if this stays, call the engineer.',
    vi: 'Vẫn tiếp tục đánh giá và đang thử lại. Nếu kéo dài, hãy gọi kỹ sư.',
  },
  'journal.todo.failing': {
    ko: '판정은 계속됩니다. 저장되지 않은 샷은 공간이 생기면 저장합니다. 저장 공간을 확인하세요.',
    en: 'Judging goes on. Shots that were not kept are stored once there is room. Check the storage space.',
    vi: 'Vẫn tiếp tục đánh giá. Shot chưa lưu sẽ được lưu khi có chỗ. Hãy kiểm tra bộ nhớ.',
  },
  'journal.todo.late': {
    ko: '판정은 계속됩니다. 저장을 기다리고 있습니다.',
    en: 'Judging goes on. The storage has not answered yet.',
    vi: 'Vẫn tiếp tục đánh giá. Đang chờ bộ nhớ trả lời.',
  },
  'journal.todo.quota_critical': {
    ko: '기록을 내보내세요. 내보낸 오래된 원시 값만 줄일 수 있습니다(설정 > 기록).',
    en: 'Export the records. Only old raw values that were exported can be thinned (Settings > Records).',
    vi: 'Hãy xuất bản ghi. Chỉ giá trị thô cũ đã xuất mới được thu gọn (Cài đặt > Bản ghi).',
  },
  'journal.todo.quota_warn': {
    ko: '곧 기록을 내보내세요.',
    en: 'Export the records soon.',
    vi: 'Hãy sớm xuất bản ghi.',
  },
  'journal.toRecords': { ko: '설정 > 기록 열기', en: 'Open Settings > Records', vi: 'Mở Cài đặt > Bản ghi' },
  'journal.repaired': {
    ko: '기록을 점검해 복구했습니다({count}건). 모델 > 진단에 남아 있습니다.',
    en: 'The record was checked and repaired ({count}). See Model > diagnostics.',
    vi: 'Bản ghi đã được kiểm tra và sửa ({count}). Xem Mô hình > Chẩn đoán.',
  },
  'journal.lost': {
    ko: '기록 {count}개를 잃었습니다. 두 저장소가 모두 손상됐습니다.',
    en: '{count} records are lost: both copies were damaged.',
    vi: 'Mất {count} bản ghi: cả hai bản đều hỏng.',
  },

  'journal.diagnostics.role': { ko: '기록', en: 'Record', vi: 'Bản ghi' },
  'journal.role.opening': { ko: '여는 중', en: 'opening', vi: 'đang mở' },
  'journal.role.writer': { ko: '이 창이 기록함', en: 'this window writes', vi: 'cửa sổ này ghi' },
  'journal.role.reader': { ko: '읽기 전용 (다른 창이 기록함)', en: 'read-only (another window writes)', vi: 'chỉ đọc (cửa sổ khác ghi)' },
  'journal.role.unavailable': { ko: '열 수 없음', en: 'cannot be opened', vi: 'không mở được' },
  'journal.diagnostics.copies': { ko: '저장 방식', en: 'How records are kept', vi: 'Cách lưu' },
  'journal.copies.database.strict': { ko: '데이터베이스: 디스크까지 확인', en: 'database: confirmed on the disk', vi: 'cơ sở dữ liệu: xác nhận tới đĩa' },
  'journal.copies.database.relaxed': {
    ko: '데이터베이스: 디스크 확인 없음(브라우저가 지원하지 않음)',
    en: 'database: not confirmed on the disk (the browser cannot)',
    vi: 'cơ sở dữ liệu: không xác nhận tới đĩa (trình duyệt không hỗ trợ)',
  },
  'journal.copies.log': { ko: '파일 기록: 있음', en: 'file log: yes', vi: 'tệp ghi: có' },
  'journal.copies.noLog': {
    ko: '파일 기록: 없음(브라우저가 지원하지 않음)',
    en: 'file log: none (the browser cannot)',
    vi: 'tệp ghi: không (trình duyệt không hỗ trợ)',
  },
  'journal.copies.unlocked': {
    ko: '창 잠금 없음: 한 창에서만 여세요',
    en: 'no lock between windows: open only one',
    vi: 'không khóa được giữa các cửa sổ: chỉ mở một',
  },
  'journal.diagnostics.persisted': { ko: '브라우저의 보존 약속', en: 'Browser promises to keep it', vi: 'Trình duyệt hứa giữ lại' },
  'journal.diagnostics.records': { ko: '기록 수', en: 'Records', vi: 'Số bản ghi' },
  'journal.recordsOf': {
    ko: '{records} (샷 {unrecorded}개는 저장 대기, {exported}번까지 내보냄)',
    en: '{records} ({unrecorded} shots waiting to be kept, exported through no. {exported})',
    vi: '{records} ({unrecorded} shot chờ lưu, đã xuất tới số {exported})',
  },
  'journal.diagnostics.checked': { ko: '두 저장소 비교', en: 'Copies compared', vi: 'So sánh hai bản' },
  'journal.checkedOf': { ko: '구간 {total}개 중 {done}개', en: '{done} of {total} segments', vi: '{done} trên {total} đoạn' },
  'journal.diagnostics.repairs': { ko: '복구', en: 'Repairs', vi: 'Sửa chữa' },
  'journal.repair.tail_cut': { ko: '찢긴 끝 잘라냄', en: 'torn tail cut', vi: 'cắt phần đuôi hỏng' },
  'journal.repair.log_from_database': { ko: '파일 기록을 데이터베이스에서 복원', en: 'file log rebuilt from the database', vi: 'dựng lại tệp ghi từ cơ sở dữ liệu' },
  'journal.repair.segment_rewritten': { ko: '구간 다시 씀', en: 'segment written anew', vi: 'ghi lại đoạn' },
  'journal.repair.database_from_log': { ko: '데이터베이스를 파일 기록에서 복원', en: 'database rebuilt from the file log', vi: 'dựng lại cơ sở dữ liệu từ tệp ghi' },
  'journal.repair.database_set_aside': { ko: '손상된 데이터베이스 따로 보관', en: 'damaged database set aside', vi: 'để riêng cơ sở dữ liệu hỏng' },
  'journal.repair.file_set_aside': { ko: '손상된 파일 따로 보관', en: 'damaged file set aside', vi: 'để riêng tệp hỏng' },
  'journal.repair.records_lost': { ko: '기록 잃음', en: 'records lost', vi: 'mất bản ghi' },
});
