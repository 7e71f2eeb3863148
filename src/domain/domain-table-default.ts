/** The domain table as shipped: general knowledge of high-pressure die casting, to be confirmed and changed by the plant. */
import type { Cause, CauseDirection, DefectEntry, DomainTable, LocalText, SignalEntry } from './domain-table.ts';
import { FEATURES, type FeatureName } from './feature.ts';

const say = (ko: string, en: string, vi: string): LocalText => ({ ko, en, vi });

const NOWHERE = say('', '', '');
const SLOW_PHASE = say('사출부 저속 구간', 'shot end, slow phase', 'cụm phun, giai đoạn chậm');
const SPRAYER = say('스프레이 장치', 'sprayer', 'thiết bị phun');
const PLANT_AIR = say('공장 공압', 'plant air', 'khí nén nhà máy');
const COOLING = say('냉각수 라인', 'cooling line', 'đường nước làm mát');
const ROOM = say('공장 환경', 'room', 'môi trường xưởng');

const EQUIPMENT: Readonly<Record<FeatureName, LocalText>> = {
  Process_Product_Type: NOWHERE,
  Process_Shot: NOWHERE,
  Process_Velocity_1: SLOW_PHASE,
  Process_Velocity_2: SLOW_PHASE,
  Process_Velocity_3: SLOW_PHASE,
  Process_High_Velocity: say('사출부 고속 구간', 'shot end, fast phase', 'cụm phun, giai đoạn nhanh'),
  Process_Cylinder_Pressure: say('유압 장치', 'hydraulics', 'hệ thủy lực'),
  Process_Rapid_Rise_Time: say('사출 밸브', 'shot valve', 'van phun'),
  Process_Biscuit_Thickness: say('급탕량', 'ladle dose', 'lượng rót'),
  Process_Clamping_Force: say('형체 장치', 'clamp', 'cụm kẹp khuôn'),
  Process_Cycle_Time: say('셀 전체', 'whole cell', 'toàn bộ cụm máy'),
  Process_Pressure_Rise_Time: say('증압기', 'intensifier', 'bộ tăng áp'),
  Process_Casting_Pressure: say('실린더 압력에서 계산', 'derived from the cylinder pressure', 'tính từ áp suất xi lanh'),
  Process_Spray_Time: SPRAYER,
  Process_Spray_1_Time: SPRAYER,
  Process_Spray_2_Time: SPRAYER,
  Sensor_Melting_Furnace_Temp: say('용해로', 'furnace', 'lò nấu'),
  Sensor_Air_Pressure: PLANT_AIR,
  Sensor_Air_Pressure_Min: PLANT_AIR,
  Sensor_Air_Pressure_Max: PLANT_AIR,
  Sensor_Coolant_Temp: COOLING,
  Sensor_Coolant_Temp_Min: COOLING,
  Sensor_Coolant_Temp_Max: COOLING,
  Sensor_Coolant_Pressure: COOLING,
  Sensor_Factory_Temp: ROOM,
  Sensor_Factory_Temp_Min: ROOM,
  Sensor_Factory_Temp_Max: ROOM,
  Sensor_Factory_Humidity: ROOM,
  Sensor_Factory_Humidity_Min: ROOM,
  Sensor_Factory_Humidity_Max: ROOM,
};

/** Spray zones that the log does not explain. */
const UNCONFIRMED_ZONES: ReadonlySet<FeatureName> = new Set(['Process_Spray_1_Time', 'Process_Spray_2_Time']);

const signals = Object.fromEntries(
  FEATURES.map(({ name, unit, unitConfirmed, control }): [FeatureName, SignalEntry] => [
    name,
    { unit, unitConfirmed, equipment: EQUIPMENT[name], equipmentConfirmed: !UNCONFIRMED_ZONES.has(name), control },
  ]),
) as Record<FeatureName, SignalEntry>;

const SLOW = ['Process_Velocity_1', 'Process_Velocity_2', 'Process_Velocity_3'] as const;
const SPRAY = ['Process_Spray_Time', 'Process_Spray_1_Time', 'Process_Spray_2_Time'] as const;
const FURNACE = ['Sensor_Melting_Furnace_Temp'] as const;
const PRESSURE = ['Process_Cylinder_Pressure', 'Process_Casting_Pressure'] as const;
const BISCUIT = ['Process_Biscuit_Thickness'] as const;
const FAST = ['Process_High_Velocity'] as const;
const CYCLE = ['Process_Cycle_Time'] as const;
const AIR = ['Sensor_Air_Pressure'] as const;

const cause = (names: readonly FeatureName[], direction: CauseDirection): Cause => ({ kind: 'signal', signals: names, direction });
const unrecorded = (ko: string, en: string, vi: string): Cause => ({ kind: 'unrecorded', text: say(ko, en, vi) });

const MELT_OFF: DefectEntry['causes'] = [cause(FURNACE, 'off')];
const MELT_MEASURES = [
  say('탈가스 처리', 'degas the melt', 'khử khí kim loại lỏng'),
  say('필터 확인', 'check the filter', 'kiểm tra bộ lọc'),
  say('탕면 산화물 제거', 'skim the melt', 'vớt xỉ bề mặt'),
];

/** The date of the shipped default. */
const SHIPPED = '2026-11-23';

export const DEFAULT_DOMAIN_TABLE: DomainTable = {
  schema: 1,
  author: '',
  date: SHIPPED,
  signals,
  defects: {
    Short_Shot: {
      causes: [cause(FURNACE, 'low'), cause(FAST, 'low'), cause(BISCUIT, 'low'), cause(PRESSURE, 'low'), cause(SPRAY, 'high')],
      measures: [
        say('금형 예열', 'warm the die', 'làm nóng khuôn'),
        say('급탕량 확인', 'check the dose', 'kiểm tra lượng rót'),
        say('플런저 팁 확인', 'check the plunger tip', 'kiểm tra đầu piston'),
      ],
      confirmed: true,
    },
    Bubble: {
      causes: [cause(SLOW, 'off'), cause(SPRAY, 'high'), cause(FURNACE, 'high'), cause(CYCLE, 'low')],
      measures: [
        say('가스 빼기(벤트) 확인', 'check the vents', 'kiểm tra rãnh thoát khí'),
        say('스프레이 줄이기', 'less spray', 'giảm phun'),
      ],
      confirmed: true,
    },
    Exfoliation: {
      causes: [cause(SLOW, 'low'), cause(FURNACE, 'low'), cause(BISCUIT, 'low'), cause(['Process_Clamping_Force'], 'low')],
      measures: [
        say('슬리브 온도 확인', 'check the sleeve temperature', 'kiểm tra nhiệt độ ống phun'),
        say('슬리브 충전율 확인', 'check the sleeve fill', 'kiểm tra mức nạp ống phun'),
      ],
      confirmed: true,
    },
    Blow_Hole: {
      causes: [
        cause(BISCUIT, 'low'),
        cause(PRESSURE, 'low'),
        cause(['Process_Pressure_Rise_Time'], 'high'),
        cause(SPRAY, 'high'),
        cause(AIR, 'low'),
      ],
      measures: [
        say('가스 빼기(벤트) 확인', 'check the vents', 'kiểm tra rãnh thoát khí'),
        say('고속 전환 위치 확인', 'check the switch-over point', 'kiểm tra điểm chuyển tốc'),
      ],
      confirmed: true,
    },
    Stain: {
      causes: [cause(SPRAY, 'high'), cause(AIR, 'low'), cause(['Sensor_Coolant_Temp'], 'high')],
      measures: [
        say('에어 블로 확인', 'check the blow-off', 'kiểm tra thổi khí'),
        say('팁 윤활량 확인', 'check the tip lubricant', 'kiểm tra dầu bôi đầu piston'),
      ],
      confirmed: true,
    },
    Dent: {
      causes: [unrecorded('취급', 'handling', 'thao tác'), unrecorded('이물', 'debris', 'dị vật')],
      measures: [say('취출과 운반 취급 확인', 'check the handling', 'kiểm tra thao tác lấy và chuyển hàng')],
      confirmed: true,
    },
    Deformation: {
      causes: [cause(CYCLE, 'low'), cause(['Sensor_Coolant_Pressure'], 'low')],
      measures: [
        say('취출 상태 확인', 'check the ejection', 'kiểm tra đẩy sản phẩm'),
        say('냉각 시간 확인', 'check the cooling time', 'kiểm tra thời gian làm nguội'),
      ],
      confirmed: true,
    },
    Contamination: {
      causes: [cause(SPRAY, 'high'), unrecorded('팁 윤활 과다', 'too much tip lubricant', 'thừa dầu bôi đầu piston'), cause(AIR, 'low')],
      measures: [say('금형과 주변 청소', 'clean', 'vệ sinh khuôn và xung quanh')],
      confirmed: false,
    },
    Impurity: { causes: MELT_OFF, measures: MELT_MEASURES, confirmed: true },
    Crack: {
      causes: [cause(CYCLE, 'off'), unrecorded('차가운 금형', 'cold die', 'khuôn nguội')],
      measures: [
        say('합금의 철(Fe) 함량 확인', 'check the iron (Fe) in the alloy', 'kiểm tra hàm lượng sắt (Fe) của hợp kim'),
        say('취출 상태 확인', 'check the ejection', 'kiểm tra đẩy sản phẩm'),
      ],
      confirmed: false,
    },
    Scratch: {
      causes: [cause(SPRAY, 'low'), unrecorded('뜨거운 금형', 'hot die', 'khuôn nóng')],
      measures: [
        say('빼기 구배 확인', 'check the draft', 'kiểm tra góc thoát khuôn'),
        say('금형 연마', 'polish the die', 'đánh bóng khuôn'),
      ],
      confirmed: false,
    },
    Burning_Mark: {
      causes: [
        cause(FURNACE, 'high'),
        cause(FAST, 'high'),
        cause(PRESSURE, 'high'),
        cause(SPRAY, 'low'),
        cause(['Sensor_Coolant_Pressure'], 'low'),
      ],
      measures: [say('금형 코팅', 'coat the die', 'phủ khuôn'), say('금형 냉각 확인', 'check the die cooling', 'kiểm tra làm mát khuôn')],
      confirmed: false,
    },
    Inclusions: { causes: MELT_OFF, measures: MELT_MEASURES, confirmed: false },
  },
};
