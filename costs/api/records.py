from ninja import Router

from system.authentication import require
from system.roles import Role

router = Router(tags=["costs"], auth=require(Role.VIEWER))
