"""Counts of people as reports put them, a row each; written apart from the lexicons, to see what those do not know."""

import pytest

from dispatch.assistant.people import people
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text

COUNTED = """
3 | Жол апаты, үш жолаушы қысылып қалды, жүргізуші есінен танған
2 | екі баланы су ағызып кетті Шарын жақта
6 | алты кісі лифтте тұрып қалдық, жарық өшті
9 | тоғыз адам уланды, оның төртеуі бала
15 | мектеп автобусы жолдан шығып кетті ішінде он бес бала бар
40 | қырықтай оқушы спортзалда қамалып қалды
3 | тауда адасып кеттік, үшеуміз, телефонның қуаты 5 пайыз
2 | екеуміз ғана қалдық қораның төбесінде
4 | отбасымызбен төртеуміз көлікте отырмыз
7 | жетеуі шахтада қалды, байланыс жоқ, кеншілер
12 | 12 адам тиелген қайық аударылды
5 | көлікте 5 адам болған, біреуі өлді
2 | ерлі-зайыптылар тұншығып қалды, пеш түтіндеп
2 | екі қойшы қарда қалып қойды
100 | жүзге жуық адам эвакуацияланды
8 | сегіз турист Бұрқан сарқырамасында қалып кетті
2 | двух девочек унесло течением
4 | в машине четверо, один не дышит
3 | трое подростков провалились под лёд
17 | семнадцать рабочих под завалом
6 | отравились 6 человек, из них двое детей
30 | автобус с тридцатью пассажирами в кювете
14 | эвакуируем 14 жильцов, двое на носилках
2 | женщина с ребёнком на крыше
2 | мужчина и женщина в машине без сознания
3 | мать и двое детей не выходят из дома
5 | нас пять человек, все замёрзли
7 | нас семеро туристов, потеряли тропу
2 | двое упали в колодец
9 | девять раненых, двое тяжёлые
2 | два мотоциклиста столкнулись
50 | в посёлке отрезаны около полусотни жителей
3 | там трое под плитой
6 | лежат человек шесть
11 | одиннадцать альпинистов не вышли на связь
20 | тут под двадцать человек с ожогами
3 | 3 чел. в воде
4 | 4 ребёнка одни дома, дым
2 | дедушка с бабушкой не отвечают второй день
2 | бабушка и внук в подвале
5 | пятерых госпитализировали с отравлением
200 | больше двухсот человек без тепла
1500 | полторы тысячи человек без воды
3 | группа из трёх лыжников попала под лавину
2 | оба водителя зажаты
6 | внутри шестеро, выйти не могут
3 | 3 people stuck in an elevator
2 | two teenagers fell through the ice
12 | a minibus with twelve passengers rolled over
5 | five injured, one critical
4 | me and my three kids are on the roof
2 | an elderly couple is trapped upstairs
6 | six of us are lost on the trail
8 | 8 climbers missing since last night
15 | about fifteen workers overcome by fumes
3 | three kids home alone and smoke everywhere
30 | thirty schoolchildren on the bus
2 | my mum and dad don't answer
2 | both drivers are pinned
7 | group of seven hikers, no food
9 | nine people on the ice floe drifting away
4 | there's four of us in the car
100 | over a hundred residents without heat
2 | a father and his son went under
3 | 2 adults and 1 child in the tent
2 | two elderly ladies on the third floor
5 | bes adam suda qaldy
3 | ush bala muzdyn ustinde qaldy
4 | torteumiz kolikte otyrmyz
6 | 6 adam qalyp qoydy
2 | eki zhigit dalada qaldy
4 | біз 4 адам застряли
3 | үйде үш адам остались внутри
10 | 10шақты адам бар
20 | 20ға жуық адам
5 | 5 адамның өміріне қауіп төніп тұр
3 | үш бірдей бала суға кетті
4 | төрт бірдей адам күйіп қалды
2 | 2 пенсионера не могут спуститься
6 | 6-7 человек на льдине
3 | три человека, один без сознания
2 | двое мужчин, один ранен
4 | семья: двое взрослых, двое детей
4 | двое взрослых с двумя детьми
13 | тринадцать вахтовиков едут и пропали
45 | сорок пять пассажиров поезда
2 | пропали 2 брата, 10 и 12 лет
2 | пропали два мальчика 10 лет
3 | трёх женщин засыпало
4 | застряли вчетвером в лифте
70 | 70 человек в больнице без света
5 | үш келіншек пен екі бала
3 | Үш бала мұздың үстінде қалып қойды, Балқаш
2 | Пәтерде екі қарт адам, есікті ашпайды
11 | Цехта он бір жұмысшы хлормен уланды
4 | Біз бұл жерде төрт кісі, қар басып қалды
50 | Ауылда елу шақты адам қамауда қалды
6 | алтауымыз көлікте тоңып отырмыз
4 | 3 бала мен мұғалім
2 | екеуі де ес-түссіз жатыр, ерлі-зайыптылар
7 | балабақшада жеті бүлдіршін түтінге уланды
23 | жиырма үш жолаушысы бар автобус аударылды
2 | екі жүргізуші де қысылып қалған
9 | вахтовиктер тоғызы вагонда қалды
14 | он төрт альпинист байланысқа шықпай кетті
2 | екі оқушы қыз жоғалып кетті
8 | uide segiz adam bar
3 | ush adam qysylyp qaldy
12 | on eki adam kolikte
2 | eki balamen uide qaldym
3 | уш адам машинада кысылып калды
15 | он бес шакты адам тобеде отыр
4 | тортеуи де есинен танды адамдар
6 | алты адам лифтте
2 | застряли в лифте вдвоём
4 | на льду четыре рыбака
16 | шестнадцать человек сняли с крыши, ещё ждут
5 | пять человек отравились грибами
22 | в интернате двадцать два ребёнка без тепла
10 | десять туристов попали в сель
3 | в колодце трое, спускались друг за другом
8 | восьмерых рабочих засыпало
2 | под снегом двое лыжников
7 | на острове семеро, вода прибывает
40 | сорок детей в лагере
13 | нас 13 человек в автобусе, заглохли
2 | муж с женой угорели
2 | два пожилых человека на втором этаже
100 | человек сто на вокзале
5 | 5 пострадавших, 2 тяжёлых
9 | девять пассажиров маршрутки
1000 | около тысячи жителей без газа
60 | больше шестидесяти школьников
3 | трое суток нет троих чабанов
2 | двое маленьких детей закрыты в квартире
4 | четверо подростков ушли в горы
25 | 25 вахтовиков ждут эвакуации
6 | шесть человек в заложниках у воды
3 | мы втроём в машине, снегом занесло
15 | 12 взрослых и 3 ребёнка
20 | двадцать с лишним человек
4 | там четыре трупа
7 | 7 чел в палатках
2 | пара пенсионеров не открывает
2 | there are two of them under the car
5 | all five of us are coughing
3 | three men went down the well
10 | ten people trapped in a lift
18 | eighteen hikers, one with a broken leg
7 | seven workers inhaled chlorine
4 | four teenagers swept into the river
14 | fourteen miners underground
50 | fifty or so villagers cut off
2 | couple of kids on the ice
2 | two women and a dog
25 | a bus with 25 kids overturned
3 | my wife and two sons are in the house
9 | nine elderly residents on the top floor
40 | at least 40 passengers
2 | a woman and her baby are stuck
3 | the three of us can't move
16 | sixteen-person crew stuck on the rig
3 | үйдің үстінде үш жан отырмыз, су көтеріліп барады
4 | төрт келіншек қайықта қалып қойды
18 | он сегіз құрылысшы үйінді астында
6 | машинада алты жан, ішінде нәресте бар
5 | газға уланған бес студент жатақханада
21 | пойызда жиырма бір жолаушы қалды
3 | су алып кеткен үш оқушыны іздеп жатырмыз
8 | сегіз отбасы мүшесі от ішінде
35 | отыз бес науқас ауруханада, су кіріп жатыр
4 | төртеу едік, біреуіміз жоқ
3 | uilenip jatqan ush jigit
7 | jeti turist tauda adasty
5 | бес адам Ниваның ішінде қатып барады
9 | тогыз адам уланды столовкада
2 | на стройке сорвались двое монтажников
5 | пятеро детей провалились под снег
12 | 12 студентов отравились шаурмой
6 | шесть рыбаков дрейфуют на льдине
3 | трое в колодце без сознания
19 | девятнадцать пассажиров, автобус висит над обрывом
4 | четыре школьницы не вернулись с экскурсии
2 | на дереве сидят двое, вода кругом
8 | нас тут восемь, воды нет, еды нет
2 | два брата ушли на озеро
31 | тридцать один работник в шахте
5 | пять геологов ждут вертолёт
10 | десятерых увезли, ещё лежат
7 | семь бабушек в доме престарелых на втором этаже
3 | семья из трёх человек угорела
14 | в вагоне четырнадцать солдат
2 | папа с сыном в горах
40 | под сорок постояльцев на крыше гостиницы
3 | three shepherds caught in the blizzard
2 | two fishermen drifting on ice
6 | six construction workers fell from scaffolding
11 | eleven students vomiting at the dorm
4 | four family members not responding, CO alarm
13 | thirteen miners are trapped
20 | twenty guests on the hotel roof
5 | a party of five skiers buried by an avalanche
2 | two little girls went missing at the bazaar
7 | seven elderly patients need moving
60 | sixty villagers stranded
2 | there were two people in the truck
9 | nine of us in the bus, engine dead
4 | two adults and two children in the car
"""

NOT_COUNTED = """
бізге 10 көрпе керек
2 скорых мало
приехало 3 пожарных расчёта
в 5 утра 20 февраля
дом 14 квартира 25 третий этаж
градусов 40, мужчине 60 лет
two floors, 5 flats, a 12 year old called
екі қабатты үй, 3 пәтер
магнитудасы 5,4 болды
5 баллов толчок
3 рет қоңырау шалдым
бір сағаттан бері күтудеміз
1 мамыр көшесі
28 гвардейцев панфиловцев улица
улица 8 марта
ambulance took 40 minutes last time
30 hectares, two tractors
on the 5th floor
5-ші қабат, 3-ші подъезд
су деңгейі 3 метрге көтерілді, 12 үйді басты
40 минуттан бері скорый жоқ
баланың қызуы 40 градус, екінші күн
қазір сағат үш
екі рет соқты, үшіншісінде құлады
3 қабатты үйдің 2 подъезді
5 сотых участок горит, сарай
температура 39 у ребёнка третий день
давление 200 на 120, бабушка
отъехали на 300 метров, стоим
120 км/ч ехал
пришлите 2 пожарных машины
15 баранов и лошадь на льду
18-летняя девушка
4-х летний мальчик
2 месяца ребёнку, температура
his blood pressure is 180 over 100
about 3 km past the bridge
he is 45 and diabetic
I called 3 times
2 hours without power
apartment 40, entrance 2, code 1234
бір жарым жасар бала күйіп қалды
алты айлық сәби
он жетідегі қыз
цена 500 тенге за двоих
билет на двоих
купим двух коров
номер 8 777 123 45 67 человек упал
екі ғашық жоғалды
екі құтқарушының өзі мұзға түсіп кетті
three firemen fell through the floor
"""


@pytest.mark.parametrize("row", COUNTED.strip().splitlines())
def test_the_people_of_a_report_are_counted(row: str) -> None:
    count, text = row.split(" | ")

    assert people(Line(Text(text))).count == int(count)


@pytest.mark.parametrize("text", NOT_COUNTED.strip().splitlines())
def test_other_numbers_of_a_report_count_nobody(text: str) -> None:
    assert people(Line(Text(text))).count is None
