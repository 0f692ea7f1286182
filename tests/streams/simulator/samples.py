"""Small hand-made files of calls, in each format that is known."""

import gzip
from pathlib import Path

MONTGOMERY = """\
lat,lng,desc,zip,title,timeStamp,twp,addr,e
40.1000,-75.3000,"MAIN ST; SOMEWHERE; 2016-02-01 @ 10:00:30;",,EMS: CARDIAC ARREST,2016-02-01 10:05:00,SOMEWHERE,MAIN ST,1
40.1000,-75.2900,"OAK ST; SOMEWHERE; 2016-02-01 @ 10:00:00;",,Traffic: VEHICLE ACCIDENT -,2016-02-01 10:06:00,SOMEWHERE,OAK ST,1
40.1100,-75.3000,"ELM ST; SOMEWHERE; ",,Fire: GAS-ODOR/LEAK,2016-02-01 10:01:00,SOMEWHERE,ELM ST,1
32.0000,-86.0000,"FAR ST; 2016-02-01 @ 10:02:00;",,EMS: FALL VICTIM,2016-02-01 10:07:00,FAR,FAR ST,1
not a number,-75.3000,"X; 2016-02-01 @ 10:02:00;",,EMS: FALL VICTIM,2016-02-01 10:07:00,X,X,1
0,0,"X; 2016-02-01 @ 10:02:00;",,EMS: FALL VICTIM,2016-02-01 10:07:00,X,X,1
40.1000,-75.3000,"X; Station 1",,EMS: FALL VICTIM,yesterday,X,X,1
40.1010,-75.3010,"Y; 2016-02-01 @ 10:03:00;",,EMS: DRAGON BITE SEEN BY NOBODY,2016-02-01 10:07:00,Y,Y,1
40.1010,-75.3010,"Y; 2016-02-01 @ 10:04:00;",,Fire: DRAGON,2016-02-01 10:07:00,Y,Y,1
"""

SAN_FRANCISCO = """\
Call Number,Unit ID,Call Type,Received DtTm,Original Priority,Address,Location
1,E1,Medical Incident,04/07/2020 11:53:08 PM,E,MAIN ST,"(37.70, -122.40)"
1,M2,Medical Incident,04/07/2020 11:53:08 PM,E,MAIN ST,"(37.70, -122.40)"
2,E3,Structure Fire,04/07/2020 11:50:00 PM,3,OAK ST,"(37.71, -122.41)"
3,E4,Alarms,04/07/2020 11:54:00 PM,3,ELM ST,
,E5,Alarms,04/07/2020 11:54:00 PM,3,ELM ST,"(37.71, -122.41)"
"""

PLAIN = """\
time,lat,lon,type,id,priority
2026-03-01T10:00:00+05:00,43.20,76.90,flood,a,critical
2026-03-01T05:00:10Z,43.21,76.91,medical.other,b,
2026-03-01T05:00:10Z,43.21,76.91,medical.other,b,
2026-03-01T05:00:20Z,43.22,76.92,flood,c,soon
"""


def written(folder: Path, text: str, *, packed: bool = False) -> Path:
    path = folder / ("calls.csv.gz" if packed else "calls.csv")
    data = text.encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path
